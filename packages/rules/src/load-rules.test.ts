import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatProblem, parseYamlDocument } from '@city-brain/model'
import { expect, test } from 'vitest'
import { loadRules } from './load-rules.ts'
import { ruleSetRecord } from './rule-set-record.ts'
import { rule, rules, rulesOf, storyAssets } from './testing/story.ts'

/** The problems of a file, as a user sees them. */
function problemsOf(text: string): string[] {
  const { ruleSet, problems } = loadRules({ documents: [parseYamlDocument('r.yaml', text)], assets: storyAssets })
  expect(ruleSet === undefined).toBe(problems.length > 0)
  return problems.map(formatProblem)
}

test.each([
  ['unknown variable', 'when: temprature > 70', 'r.yaml:6:11 /rules/0/when: Unknown variable: temprature'],
  ['unknown property', 'when: asset.size > 70', 'r.yaml:6:17 /rules/0/when: No such key: size'],
  [
    'wrong type',
    'when: temperature > 70 && status > 3',
    'r.yaml:6:31 /rules/0/when: no such overload: string > double'
  ],
  ['no condition', 'when: temperature', 'r.yaml:6:11 /rules/0/when: must be a condition, but is a double'],
  ['syntax', 'when: temperature > > 1', 'r.yaml:6:25 /rules/0/when: Unexpected token: GT'],
  ['over lines', 'when: |\n  temperature > 1\n    && wrong > 2', 'r.yaml:8:12 /rules/0/when: Unknown variable: wrong'],
  ['folded', 'when: temperature > 1\n  && wrong > 2', 'r.yaml:7:10 /rules/0/when: Unknown variable: wrong'],
  ['matches', 'when: status.matches("a+")', 'r.yaml:6:11 /rules/0/when: there is no method matches here'],
  ['int()', 'when: int(temperature) > 3', 'r.yaml:6:11 /rules/0/when: there is no function int here'],
  ['macros', 'when: |\n  ["a"].exists(x, x == status)', 'there is no method exists here'],
  ['bytes', 'when: status == "a" || b"a" == b"b"', 'only numbers, texts, true and false may be written here'],
  ['an object', 'when: known(asset)', 'write which of its values is meant'],
  ['known of something', 'when: known(temperature > 3)', 'known() takes the name of a variable'],
  ['quoted', 'when: "temperature > 70"', 'write the condition without quotes'],
  ['quoted and wrong', 'when: "temprature > 70"', 'r.yaml:6:11 /rules/0/when: Unknown variable: temprature'],
  ['no trigger', 'filter: temperature > 3', '/rules/0/when: is missing: a rule has when or absent'],
  ['unknown clear', 'when: temperature > 3\nclear: heat < 2', 'r.yaml:7:12 /rules/0/clear: Unknown variable: heat'],
  ['bad delay', 'when: temperature > 3\nonDelay: soon', 'r.yaml:7:14 /rules/0/onDelay: must be a duration'],
  ['long delay', 'when: temperature > 3\nonDelay: 31d', '/rules/0/onDelay: must be from 0 s to 2592000 s'],
  ['silence of a type', 'absent: 3 intervals', '/rules/0/on: a rule with absent is on a kind of asset'],
  ['timing of a bin', 'when: temperature > 3\nactions: { request-timing: 10m }', 'only a rule on TrafficFlowObserved'],
  ['no action', 'when: temperature > 3\nactions: { alarm: false }', '/rules/0/actions: the rule would do nothing'],
  ['unknown field', 'when: temperature > 3\nunless: true', '/rules/0/unless: is not known here']
])('%s is told with its place', (_name, lines, expected) => {
  const problems = problemsOf(`rules:\n${rule(`id: a\nversion: 1\non: WasteContainer\nseverity: low\n${lines}`)}`)
  expect(problems.join('\n')).toContain(expected)
})

test.each([
  ['{heat}', 'there is no variable "heat" to put here'],
  ['{previous.heat}', 'there is no variable "previous.heat" to put here'],
  ['{status:percent}', '"status" is a text: its format may be text, not "percent"'],
  ['{temperature:celsius}', '"temperature" is a number: its format may be number, integer, decimal, percent, duration'],
  ['{temperature', 'a brace stands only around a placeholder']
])('a text with %s is told with its place', (placeholder, expected) => {
  const text = `id: a\non: WasteContainer\nwhen: temperature > 3\ntitle: { en: Hot, zh: 热 }\ndetail:\n  en: |-\n    So hot: ${placeholder}\n  zh: 热`
  expect(problemsOf(rules(text)).join('\n')).toMatch(`r.yaml:10:17 /rules/0/detail/en: ${expected}`)
})

test('a missing language, a duplicate id and a fault in another file are reported together', () => {
  const missing = 'id: a\non: WasteContainer\nwhen: temperature > 3\ntitle: { en: Hot }'
  const { problems } = loadRules({
    documents: [
      parseYamlDocument('one.yaml', rules(missing)),
      parseYamlDocument('two.yaml', rules('id: b\non: WasteContainer\nwhen: temperature > 3')),
      parseYamlDocument(
        'three.yaml',
        rules('id: c\non: WasteContainer\nwhen: hot', 'id: b\non: WasteContainer\nwhen: temperature > 3')
      )
    ],
    assets: storyAssets
  })
  expect(problems.map(formatProblem)).toEqual([
    expect.stringMatching(/^one\.yaml:\d+:\d+ \/rules\/0\/title\/zh: is missing$/),
    expect.stringMatching(/^three\.yaml:\d+:\d+ \/rules\/0\/when: Unknown variable: hot$/),
    expect.stringMatching(/^three\.yaml:\d+:\d+ \/rules\/1\/id: there is a rule "b" already, in two\.yaml:4$/)
  ])
})

test('intervals of assets that have none, and timings without intersections, are told', () => {
  const park = 'id: a\non: parkingSite\nabsent: 3 intervals'
  expect(problemsOf(rules(park)).join()).toContain('no parkingSite of this city has an expectedInterval')
  expect(problemsOf(rules(park.replace('3 intervals', '2h')))).toEqual([])
})

test('integers may be written as they are', () => {
  expect(
    problemsOf(
      rules('id: a\non: WasteContainer\nwhen: temperature in [70, 71] || -temperature > 0x10 || 3 * temperature >= 2')
    )
  ).toEqual([])
})

test('the hash follows what the rules say, not how and where they are written', () => {
  const a = 'id: a\non: WasteContainer\nwhen: temperature > 3'
  const b = 'id: b\non: WasteContainer\nwhen: temperature > 4'
  const { hash } = rulesOf(rules(a, b))
  expect(rulesOf(`# A comment\n${rules(b, a)}`).hash).toBe(hash)
  expect(rulesOf(rules(a, b.replace('4', '5'))).hash).not.toBe(hash)
  expect(ruleSetRecord(rulesOf(rules(a, b)))).toMatchObject({ hash, content: { rules: [{ id: 'a' }, { id: 'b' }] } })
})

test('the examples in the docs are rules', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/writing-rules.md'), 'utf8')
  const blocks = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] as string)
  const [whole, condition, silence, actions] = blocks as [string, string, string, string]
  expect(problemsOf(whole)).toEqual([])
  const texts = '    severity: low\n    title: { en: A, zh: 甲 }\n    detail: { en: A, zh: 甲 }\n'
  expect(problemsOf(`rules:\n  - id: a\n    version: 1\n    on: OffStreetParking\n${condition}${texts}`)).toEqual([])
  expect(problemsOf(`rules:\n${silence}${texts}`)).toEqual([])
  const jam = '  - id: a\n    version: 1\n    on: TrafficFlowObserved\n    when: occupancy > 0.5\n'
  expect(problemsOf(`rules:\n${jam}${actions}${texts}`)).toEqual([])
})

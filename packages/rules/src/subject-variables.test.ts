import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readingTypes, telemetrySchemas } from '@city-brain/model'
import { expect, test } from 'vitest'
import { conditionSubjects, silenceSubjects } from './rule-file.ts'
import { subjectVariables } from './subject-variables.ts'

const docs = readFileSync(join(import.meta.dirname, '../../../docs/writing-rules.md'), 'utf8')
const general = docs.slice(docs.indexOf('### On every type of reading'), docs.indexOf('### `TrafficFlowObserved`'))
/** Of the type's own section, with what it refers to as "as above". */
function sectionOf(subject: string): string {
  const [, rest = ''] = docs.split(`### \`${subject}\`\n`)
  const section = rest.split('\n##')[0] ?? ''
  return section.includes('as above') ? section + sectionOf('OffStreetParking') : section
}

test.each(conditionSubjects)('every variable of %s is documented', (subject) => {
  const { own, asset } = subjectVariables(subject)
  const told = general + sectionOf(subject)
  const names = [...own.map(({ name }) => name), ...asset.map(({ name }) => `asset.${name}`)]
  expect(names.filter((name) => !told.includes(`\`${name}\``))).toEqual([])
})

test('silence knows how long, and no rule on it is about a reading', () => {
  for (const kind of silenceSubjects) {
    expect(subjectVariables(kind).own.map(({ name }) => name)).toEqual(['silentFor'])
    expect(subjectVariables(kind).previous).toEqual([])
  }
  expect(docs).toContain('{silentFor:duration}')
})

test('no derived variable hides an attribute', () => {
  for (const type of readingTypes) {
    const names = subjectVariables(type).own.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(Object.keys(telemetrySchemas[type].properties)).not.toEqual(expect.arrayContaining(['asset', 'previous']))
  }
})

test('a text in each language is no value to judge by', () => {
  const names = subjectVariables('OffStreetParking').asset.map(({ name }) => name)
  expect(names).toContain('totalSpotNumber')
  expect(names).not.toContain('name')
  expect(names).not.toContain('address')
})

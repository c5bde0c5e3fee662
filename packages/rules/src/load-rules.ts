import { type AssetCollection, checkDocument, type Problem, type YamlDocument } from '@city-brain/model'
import { Compile } from 'typebox/compile'
import { compileRule, type Report } from './compile-rule.ts'
import { type RuleDefinition, RuleFile } from './rule-file.ts'
import type { Rule, RuleSet } from './rule-set.ts'
import { hashRules } from './rule-set-record.ts'

const validator = Compile(RuleFile)

/**
 * Reads the rules of a city. Every problem of every file is reported together, with line and column; where there is any,
 * there is no rule set: half of the rules would be worse than none.
 */
export function loadRules({ documents, assets }: { documents: readonly YamlDocument[]; assets: AssetCollection }): {
  ruleSet?: RuleSet
  problems: Problem[]
} {
  const problems: Problem[] = []
  const rules: Rule[] = []
  const places = new Map<string, string>()
  for (const document of documents) {
    const checked = checkDocument(document, validator)
    problems.push(...checked.problems)
    checked.value?.rules.forEach((definition, index) => {
      const report = reporter(document, `/rules/${index}`, problems)
      const place = places.get(definition.id)
      if (place) report('/id', 'duplicate', `there is a rule "${definition.id}" already, in ${place}`)
      else places.set(definition.id, `${document.file}:${document.locate(`/rules/${index}/id`).line}`)
      checkQuoting(definition, document, `/rules/${index}`, report)
      checkAgainstAssets(definition, assets, report)
      const rule = compileRule(definition, report)
      if (rule) rules.push(rule)
    })
  }
  if (problems.length > 0) return { problems }
  rules.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { ruleSet: { hash: hashRules(rules.map((rule) => rule.definition)), rules }, problems }
}

function reporter(document: YamlDocument, rule: string, problems: Problem[]): Report {
  return (path, code, message, offset) => {
    const place = offset === undefined ? undefined : document.locateWithin(rule + path, offset)
    problems.push({
      file: document.file,
      ...(place ?? document.locate(rule + path)),
      path: rule + path,
      code,
      message
    })
  }
}

/** In a quoted scalar or an alias the place of a fault could not be told, so expressions are not written so. */
function checkQuoting(definition: RuleDefinition, document: YamlDocument, rule: string, report: Report): void {
  for (const key of ['filter', 'when', 'clear'] as const) {
    if (definition[key] !== undefined && !document.locateWithin(`${rule}/${key}`, 0)) {
      report(
        `/${key}`,
        'expression',
        'write the condition without quotes or aliases; after | where it begins with " or !'
      )
    }
  }
}

/** A rule that no asset of the city could ever trigger is a mistake, and would be silent. */
function checkAgainstAssets(definition: RuleDefinition, assets: AssetCollection, report: Report): void {
  const properties = assets.features.map((feature) => feature.properties)
  if (definition.absent?.includes('interval')) {
    const ofKind = properties.filter(({ kind }) => kind === definition.on)
    if (ofKind.length > 0 && !ofKind.some((asset) => 'expectedInterval' in asset)) {
      report('/absent', 'inconsistent', `no ${definition.on} of this city has an expectedInterval`)
    }
  }
  if (definition.actions?.['request-timing'] !== undefined) {
    const detectors = properties.filter((asset) => asset.kind === 'detector')
    if (detectors.length > 0 && !detectors.some((detector) => detector.refIntersection)) {
      report('/actions/request-timing', 'inconsistent', 'no detector of this city has a refIntersection')
    }
  }
}

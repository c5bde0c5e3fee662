import { createHash } from 'node:crypto'
import type { ConfigurationRecord } from '@city-brain/model'
import type { RuleDefinition } from './rule-file.ts'
import type { RuleSet } from './rule-set.ts'

/** Payload of the `rule-set` entry that is appended when the rules have changed: which rules hold from here on. */
export function ruleSetRecord(ruleSet: RuleSet): ConfigurationRecord {
  return { hash: ruleSet.hash, content: contentOf(ruleSet.rules.map((rule) => rule.definition)) }
}

/** SHA-256 of the canonical JSON of the definitions, whatever files and order they were written in. */
export function hashRules(definitions: readonly RuleDefinition[]): string {
  return createHash('sha256')
    .update(canonicalJson(contentOf(definitions)))
    .digest('hex')
}

function contentOf(definitions: readonly RuleDefinition[]): { rules: RuleDefinition[] } {
  return { rules: [...definitions].sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

/** JSON with the keys of every object in order, so that equal values have equal text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`
}

import { type EntryKind, entryKinds } from '@city-brain/model'

/**
 * What is kept for how long. `telemetry` and dead letters age out after `readingDays`; everything else is the audit
 * trail. Dead letters have a quota besides, so that garbage cannot push out what is good.
 */
export type RetentionGroup = 'telemetry' | 'dead-letter' | 'audit'
export const retentionGroups = ['telemetry', 'dead-letter', 'audit'] as const satisfies RetentionGroup[]

const groupOf: Record<EntryKind, RetentionGroup> = {
  tick: 'telemetry',
  reading: 'telemetry',
  status: 'telemetry',
  spat: 'telemetry',
  'dead-letter': 'dead-letter',
  'clock-step': 'audit',
  ack: 'audit',
  quality: 'audit',
  alarm: 'audit',
  'timing-request': 'audit',
  decision: 'audit',
  command: 'audit',
  delivered: 'audit',
  'operator-action': 'audit',
  'rule-set': 'audit',
  registry: 'audit'
}

/** The group of a kind by its number in the file. */
export function retentionGroupOf(kind: number): RetentionGroup {
  const name = entryKinds[kind]
  return name === undefined ? 'audit' : groupOf[name]
}

/** The newest of each stays for ever: it says what the city is configured with. */
export const keepNewest: ReadonlySet<number> = new Set([entryKinds.indexOf('rule-set'), entryKinds.indexOf('registry')])

export const deadLetterKind: number = entryKinds.indexOf('dead-letter')

import { type EntryKind, entryKinds } from '@city-brain/model'
import type { KindTable, RetentionGroup } from './protocol.ts'

/**
 * What is kept for how long. `telemetry` and dead letters age out after `readingDays`; everything else is the audit
 * trail. Dead letters have a quota besides, so that garbage cannot push out what is good.
 */
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
  registry: 'audit',
  'registry-change': 'audit'
}

/** What the worker must know of kinds. It is told, because loading the model would double the time of its start. */
export const kindTable: KindTable = {
  groups: entryKinds.map((kind) => groupOf[kind]),
  tick: entryKinds.indexOf('tick'),
  deadLetter: entryKinds.indexOf('dead-letter'),
  // The newest of each, of the changes of each device and each asset, stays for ever: it says what the city is configured with.
  keepNewest: [entryKinds.indexOf('rule-set'), entryKinds.indexOf('registry'), entryKinds.indexOf('registry-change')]
}

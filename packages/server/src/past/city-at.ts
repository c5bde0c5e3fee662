import {
  type CityRates,
  type Entry,
  type EntryKind,
  formatInstant,
  type HistoryStore,
  type Journal,
  type SnapshotMessage
} from '@city-brain/model'
import type { LiveParts } from '../live/live-view.ts'
import { offsetAt } from './offset-at.ts'

const page = 1_000
const spans = {
  /** Signal state from so long before the moment, milliseconds: what is older would show as stale anyway. */
  signals: 15_000,
  /** Commands from so long before. */
  commands: 3_600_000
}

/**
 * The whole city at a past moment: readings from history, everything else as the fold of recorded entries by the same views
 * that make the live picture. The rates are those of the moment, the counters are today's.
 */
export async function cityAt({
  time,
  journal,
  history,
  createParts,
  rates
}: {
  time: number
  journal: Journal
  history: Pick<HistoryStore, 'latestAt'>
  /** Views without a past of their own. */
  createParts: () => LiveParts
  rates: CityRates
}): Promise<SnapshotMessage> {
  const parts = createParts()
  const [offset, rows] = await Promise.all([offsetAt(journal, time), history.latestAt(time)])
  const tick: Entry<'tick'> = {
    kind: 'tick',
    entity: '',
    offset,
    receivedAt: time,
    source: 'system',
    payload: { now: time, monotonic: time }
  }
  const apply = (entry: Entry) => {
    for (const part of Object.values(parts)) if (part.kinds.includes(entry.kind)) part.apply(entry)
  }

  const [commandsFrom, signalsFrom] = await Promise.all([
    offsetAt(journal, time - spans.commands),
    offsetAt(journal, time - spans.signals)
  ])
  for (const row of rows) {
    parts.latest.apply({
      kind: 'reading',
      entity: row.entity,
      offset: row.offset,
      // The journal may have forgotten when it came; history knows when it was observed.
      receivedAt: row.dateObserved,
      source: 'history',
      payload: {
        type: row.type,
        dateObserved: formatInstant(row.dateObserved),
        values: row.values,
        ...(row.flags ? { flags: [...row.flags] } : {})
      }
    })
  }
  await replay(journal, ['alarm', 'quality', 'status'], 0, offset, (entry) => {
    // Signals take status entries too; they want them in their order among the signal states, below.
    for (const part of [parts.alarms, parts.latest, parts.devices]) {
      if (part.kinds.includes(entry.kind)) part.apply(entry)
    }
  })
  await replay(journal, ['command', 'decision'], commandsFrom, signalsFrom, apply)
  await replay(
    journal,
    ['command', 'decision', 'spat', 'status', 'tick', 'clock-step'],
    signalsFrom,
    offset,
    (entry) => {
      if (parts.signals.kinds.includes(entry.kind)) parts.signals.apply(entry)
    }
  )
  parts.latest.apply(tick)

  return {
    type: 'snapshot',
    epoch: journal.epoch,
    offset,
    now: time,
    entities: parts.latest.all(),
    signals: parts.signals.all(),
    devices: parts.devices.all(),
    alarms: parts.alarms.list(),
    rates
  }
}

async function replay(
  journal: Journal,
  kinds: readonly EntryKind[],
  after: number,
  through: number,
  apply: (entry: Entry) => void
): Promise<void> {
  let position = after
  while (position < through) {
    const entries = await journal.read(position, page, kinds)
    for (const entry of entries) {
      if (entry.offset > through) return
      apply(entry)
      position = entry.offset
    }
    if (entries.length < page) return
  }
}

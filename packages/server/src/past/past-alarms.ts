import type { Alarm, Entry, Journal, View } from '@city-brain/model'

type AlarmsFold = View & {
  onChange(listener: (alarms: readonly Alarm[], to: number) => void): () => void
}

const page = 500
/** So far back a question looks; the older past is in the journal, entity by entity. */
const scanLimit = 20_000

/**
 * Alarms of the past, standing ones among them, the one with the newest transition first. An alarm that was raised three
 * times is three. `before` is the offset of the last one of the page before.
 */
export async function readPastAlarms({
  journal,
  createAlarmsView,
  before = Number.POSITIVE_INFINITY,
  limit
}: {
  journal: Journal
  createAlarmsView: () => AlarmsFold
  before?: number
  limit: number
}): Promise<Alarm[]> {
  // Read backwards, an alarm is met at its newest transition first and is complete where it was raised.
  const episodes: { entries: Entry<'alarm'>[]; complete: boolean }[] = []
  const open = new Map<string, (typeof episodes)[number]>()
  let position: number | undefined
  let scanned = 0
  while (scanned < scanLimit && !isEnough(episodes, before, limit)) {
    const entries: Entry<'alarm'>[] = await journal.readBack({
      kinds: ['alarm'],
      limit: page,
      ...(position === undefined ? {} : { before: position })
    })
    for (const entry of entries) {
      const { alarm, transition } = entry.payload
      let episode = open.get(alarm)
      if (!episode) {
        episode = { entries: [], complete: false }
        open.set(alarm, episode)
        episodes.push(episode)
      }
      episode.entries.unshift(entry)
      if (transition === 'raised' || transition === 'raised-again') {
        episode.complete = true
        open.delete(alarm)
      }
      position = entry.offset
    }
    scanned += entries.length
    if (entries.length < page) break
  }
  return episodes
    .filter((episode) => episode.complete && newestOffset(episode) < before)
    .slice(0, limit)
    .flatMap((episode) => fold(createAlarmsView(), episode.entries) ?? [])
}

function isEnough(
  episodes: readonly { entries: Entry<'alarm'>[]; complete: boolean }[],
  before: number,
  limit: number
): boolean {
  const wanted = episodes.filter((episode) => newestOffset(episode) < before).slice(0, limit)
  return wanted.length === limit && wanted.every((episode) => episode.complete)
}

function newestOffset({ entries }: { entries: Entry<'alarm'>[] }): number {
  return entries.at(-1)?.offset ?? 0
}

/** By the same fold as the live list, so that both agree on every state. */
function fold(view: AlarmsFold, entries: readonly Entry<'alarm'>[]): Alarm | undefined {
  let newest: Alarm | undefined
  view.onChange(([alarm]) => {
    newest = alarm
  })
  for (const entry of entries) view.apply(entry)
  return newest
}

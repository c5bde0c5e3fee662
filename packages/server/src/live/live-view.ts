import type { Alarm, Entry, EntryKind, LatestDevice, LatestEntity, LatestSignal, View } from '@city-brain/model'

type Listener<T> = (changed: readonly T[], to: number) => void

/** The parts of what a browser sees: each a view of the journal that emits nothing and can be read at any time. */
export type LiveParts = {
  latest: View & { all(): LatestEntity[]; onChange(listener: Listener<LatestEntity>): () => void }
  alarms: View & { list(): Alarm[]; onChange(listener: Listener<Alarm>): () => void }
  signals: View & { all(): LatestSignal[]; onChange(listener: Listener<LatestSignal>): () => void }
  devices: View & { all(): LatestDevice[]; onChange(listener: Listener<LatestDevice>): () => void }
}

export type LiveView = View & {
  /** Offset of the last entry that was applied to every part that wants it. */
  readonly offset: number
}

const ownFormat = 1
type State = { format: number; offset: number; parts: Record<keyof LiveParts, unknown> }

/**
 * One view in place of four. A snapshot for a browser must show readings, alarms, signals and devices at one and the same
 * offset, and each delta must lead from exactly there to exactly the next. Four views that run beside each other stand at
 * four offsets, and no lock between them would mend that. So they are one view: each entry is applied to all parts, one
 * after the other, in one synchronous step. Whoever reads the parts between two entries, which in one thread is any reader,
 * finds all of them at `offset`.
 */
export function createLiveView(parts: LiveParts): LiveView {
  const all = Object.entries(parts) as [keyof LiveParts, View][]
  const kinds = [...new Set<EntryKind>(['tick', ...all.flatMap(([, part]) => part.kinds)])]
  const wanted = new Map(
    kinds.map((kind) => [kind, all.flatMap(([, part]) => (part.kinds.includes(kind) ? [part] : []))])
  )
  let offset = 0

  return {
    name: 'live',
    kinds,
    get offset() {
      return offset
    },
    restore(state) {
      const kept = state as State | undefined
      offset = kept?.offset ?? 0
      for (const [name, part] of all) part.restore(kept?.parts[name])
    },
    apply(entry: Entry) {
      for (const part of wanted.get(entry.kind) ?? []) {
        const outcomes = part.apply(entry)
        if (outcomes && outcomes.length > 0) throw new Error(`${part.name} is only shown: it may not append`)
      }
      offset = entry.offset
      return undefined
    },
    snapshot(): State {
      const states = Object.fromEntries(all.map(([name, part]) => [name, part.snapshot()]))
      return { format: joinedFormat(Object.values(states)), offset, parts: states as State['parts'] }
    }
  }
}

/** Another number whenever a part's state has another format: then the whole is built anew, since all stand at one offset. */
function joinedFormat(states: readonly unknown[]): number {
  return states.reduce<number>((joined, state) => joined * 100 + (state as { format: number }).format, ownFormat)
}

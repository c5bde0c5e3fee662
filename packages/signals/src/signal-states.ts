import type { Command, Decision, Entry, EntryKind, Intersection, LatestSignal, View } from '@city-brain/model'
import { formatInstant } from '@city-brain/model'
import {
  createSubjects,
  isAfterGap,
  isFresh,
  type ReportedState,
  subjectOfState,
  type WatchedTime
} from './controller-watch.ts'

/** The newest state of every signal and its commands, for the map. It emits nothing. */
export type SignalStates = View & {
  /** Every intersection that has reported, by id. */
  all(): LatestSignal[]
  get(intersection: string): LatestSignal | undefined
  /** Newest first, at most 20. */
  commands(intersection: string): Command[]
  /** Calls the listener with what an entry changed, and its offset. Returns the end. */
  onChange(listener: (changed: readonly LatestSignal[], to: number) => void): () => void
}

const format = 1
const mostCommands = 20

type Known = {
  reported?: ReportedState
  stale: boolean
  /** Oldest first. */
  commands: Command[]
  /** Decisions whose command was not seen yet. */
  decisions: Decision[]
}
type State = { format: typeof format; time?: WatchedTime; signals: Record<string, Known> }

/** A signal is stale when its controller was silent for 5 s, has gone offline, or has not reported since the city was down. */
export function createSignalStates(options: { intersections: readonly Intersection[] }): SignalStates {
  const ids = options.intersections.map(({ intersection }) => intersection)
  const subjects = createSubjects(options.intersections)
  const listeners = new Set<(changed: readonly LatestSignal[], to: number) => void>()
  let state = stateOf(undefined, ids)

  function latest(id: string): LatestSignal | undefined {
    const known = state.signals[id]
    if (!known?.reported) return undefined
    const command = known.commands.at(-1)
    return {
      intersection: id,
      offset: Math.max(known.reported.offset, command?.offset ?? 0),
      state: known.reported.state,
      stale: known.stale,
      ...(command ? { command } : {})
    }
  }

  /** Marks as stale; gives back those that were not. */
  function mark(candidates: readonly string[]): string[] {
    return candidates.filter((id) => {
      const known = state.signals[id]
      if (!known?.reported || known.stale) return false
      known.stale = true
      return true
    })
  }

  function applyTick(entry: Entry<'tick'>): string[] {
    const { now, monotonic } = entry.payload
    state.time = { now, monotonic, receivedAt: entry.receivedAt }
    return mark(ids.filter((id) => !isFresh(state.signals[id]?.reported, state.time)))
  }

  function applyReport(entry: Entry<'spat'>): string[] {
    const id = subjectOfState(subjects, entry)
    const known = id === undefined ? undefined : state.signals[id]
    if (id === undefined || !known) return []
    if (known.reported && entry.payload.dateObserved < known.reported.state.dateObserved) return []
    known.reported = { offset: entry.offset, state: entry.payload, at: state.time?.monotonic ?? 0 }
    known.stale = false
    return [id]
  }

  function applyDecision({ entity, payload }: Entry<'decision'>): string[] {
    const known = state.signals[entity]
    if (!known || payload.commandId === undefined) return []
    const command = known.commands.find(({ id }) => id === payload.commandId)
    if (command) command.decision = payload
    else known.decisions = [...known.decisions, payload].slice(-mostCommands)
    return command ? [entity] : []
  }

  function applyCommand({ entity, payload, offset, receivedAt }: Entry<'command'>): string[] {
    const known = state.signals[entity]
    if (!known) return []
    let command = known.commands.find(({ id }) => id === payload.commandId)
    if (!command) {
      // Without its request there is nothing to show; it was made before what this view has seen.
      if (!payload.message) return []
      const decision = known.decisions.find(({ commandId }) => commandId === payload.commandId)
      command = {
        id: payload.commandId,
        intersection: entity,
        controller: payload.controller ?? '',
        state: payload.state,
        message: payload.message,
        ...(decision ? { decision } : {}),
        times: {},
        offset
      }
      known.commands = [...known.commands, command].slice(-mostCommands)
      known.decisions = known.decisions.filter(({ commandId }) => commandId !== payload.commandId)
    }
    command.state = payload.state
    command.times[payload.state] = formatInstant(receivedAt)
    command.offset = offset
    if (payload.reason === undefined) delete command.reason
    else command.reason = payload.reason
    return [entity]
  }

  function changedBy(entry: Entry): string[] {
    switch (entry.kind) {
      case 'tick':
        return applyTick(entry)
      case 'spat':
        return applyReport(entry)
      case 'status':
        return entry.payload.status === 'offline' ? mark(subjects(entry.entity)) : []
      case 'decision':
        return applyDecision(entry)
      case 'command':
        return applyCommand(entry)
      default:
        return []
    }
  }

  return {
    name: 'signal-states',
    kinds: [...kinds],
    restore(snapshot) {
      state = stateOf(snapshot, ids)
    },
    snapshot: () => structuredClone(state),
    apply(entry) {
      const away = isAfterGap(state.time, entry) ? mark(ids) : []
      const changed = [...new Set([...away, ...changedBy(entry)])].flatMap((id) => latest(id) ?? [])
      if (changed.length > 0) for (const listener of listeners) listener(structuredClone(changed), entry.offset)
      return undefined
    },
    all: () => ids.flatMap((id) => structuredClone(latest(id)) ?? []),
    get: (id) => structuredClone(latest(id)),
    commands: (id) => structuredClone(state.signals[id]?.commands.toReversed() ?? []),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

function stateOf(snapshot: unknown, ids: readonly string[]): State {
  const kept =
    (snapshot as { format?: unknown } | null | undefined)?.format === format ? (snapshot as State) : undefined
  const { time, signals = {} } = structuredClone(kept) ?? {}
  return {
    format,
    ...(time ? { time } : {}),
    signals: Object.fromEntries(
      ids.map((id) => [id, signals[id] ?? ({ stale: false, commands: [], decisions: [] } satisfies Known)])
    )
  }
}

const kinds: readonly EntryKind[] = ['tick', 'clock-step', 'spat', 'status', 'command', 'decision']

import type {
  CommandTransition,
  Decision,
  Draft,
  Entry,
  EntryKind,
  SignalCommandMessage,
  SignalState,
  SignalTiming,
  View
} from '@city-brain/model'
import { formatInstant } from '@city-brain/model'
import { twoStreets } from './two-streets.ts'

/** 2026-05-04T08:00:00Z, a Monday morning. */
export const morning = Date.UTC(2026, 4, 4, 8)

/**
 * A journal in memory with one view on it: what the view returns is appended, and applied to it in turn. Like the real
 * one it drops an outcome whose id is there already.
 */
export type SignalsStory = ReturnType<typeof createSignalsStory>

export function createSignalsStory(view: View) {
  const entries: Entry[] = []
  const ids = new Set<string>()
  let now = morning
  let monotonic = 1_000

  function append(draft: Draft): Entry | undefined {
    if (draft.id !== undefined && ids.has(draft.id)) return undefined
    if (draft.id !== undefined) ids.add(draft.id)
    const { id: _, ...rest } = draft
    const entry = { receivedAt: now, ...rest, offset: entries.length + 1 } as Entry
    entries.push(entry)
    if (view.kinds.includes(entry.kind)) for (const outcome of view.apply(entry) ?? []) append(outcome)
    return entry
  }

  const story = {
    entries,
    append,
    now: () => now,
    /** Seconds go by, each with its tick, and with what happens in it. */
    wait(seconds: number, each?: () => void) {
      for (let second = 0; second < seconds; second++) {
        now += 1_000
        monotonic += 1_000
        append({ kind: 'tick', entity: '', source: 'system', payload: { now, monotonic } })
        each?.()
      }
    },
    /** The city is down: no ticks, the wall clock goes on, the monotonic count stands still. */
    goDown(seconds: number) {
      now += seconds * 1_000
    },
    reading(detector: string, values: { intensity?: number; occupancy?: number }, more: object = {}) {
      append({
        kind: 'reading',
        entity: detector,
        source: detector,
        payload: { type: 'TrafficFlowObserved', dateObserved: formatInstant(now), values, ...more }
      })
    },
    /** The controller reports: its local plan, or the timing of a command. */
    report(more: Partial<SignalState> = {}) {
      append({ kind: 'spat', entity: 'riverside-1', source: 'controller-1', payload: reportedState(now, more) })
    },
    reportRunning(command: SignalCommandMessage) {
      story.report({ mode: 'adaptive', commandId: command.commandId, timing: command.timing ?? twoStreets().plan })
    },
    request(duration = 600_000, because = 'det-w1') {
      append({
        kind: 'timing-request',
        entity: 'riverside-1',
        source: 'view:rules',
        payload: {
          rule: 'congestion',
          ruleVersion: 2,
          because,
          values: { occupancy: 0.7 },
          causes: [1],
          duration,
          text: { en: 'Congestion', zh: '拥堵' }
        }
      })
      return entries.findLast((entry) => entry.kind === 'timing-request')?.offset ?? 0
    },
    answer(commandId: string, result: 'accepted' | 'rejected', reason?: string) {
      const payload = { commandId, result, dateObserved: formatInstant(now), ...(reason ? { reason } : {}) }
      append({ kind: 'ack', entity: 'controller-1', source: 'controller-1', payload })
    },
    /** Delivery records that it sent the command, or that its time ran out. */
    delivery(commandId: string, state: 'sent' | 'expired') {
      const payload = { commandId, state, causes: [] }
      append({ kind: 'command', entity: 'riverside-1', source: 'command-delivery', payload })
    },
    release() {
      const payload = { action: 'release-signal' as const, operator: 'lin', subject: 'riverside-1' }
      append({ kind: 'operator-action', entity: 'riverside-1', source: 'operator:lin', payload })
    },
    of<K extends EntryKind>(kind: K): Entry<K>[] {
      return entries.filter((entry) => entry.kind === kind) as unknown as Entry<K>[]
    },
    decisions: (): Decision[] => story.of('decision').map(({ payload }) => payload),
    /** State by state, in order, of one command or of all. */
    life: (commandId?: string): string[] =>
      story
        .of('command')
        .filter(({ payload }) => commandId === undefined || payload.commandId === commandId)
        .map(({ payload }) => payload.state),
    transitions: (): CommandTransition[] => story.of('command').map(({ payload }) => payload),
    lastCommand(): SignalCommandMessage {
      const message = story.transitions().findLast((transition) => transition.message)?.message
      if (!message) throw new Error('nothing was commanded')
      return message
    }
  }
  return story
}

export function reportedState(now: number, more: Partial<SignalState> = {}): SignalState {
  const timing: SignalTiming = twoStreets().plan
  return {
    dateObserved: formatInstant(now),
    revision: 3,
    mode: 'coordinated',
    stage: 0,
    stageAge: 4,
    timing,
    states: [{ signalGroup: 1, state: 'protected-Movement-Allowed' }],
    ...more
  }
}

/** What the detectors count in a rush hour, every 30 s: the main street's eastbound lanes are full. */
export function countRushHour(story: SignalsStory, occupancy: number): void {
  if (Math.round(story.now() / 1_000) % 30 !== 0) return
  story.reading('det-w1', { intensity: 10, occupancy })
  story.reading('det-w2', { intensity: 9, occupancy })
  story.reading('det-n', { intensity: 5, occupancy: 0.1 })
  story.reading('det-e', { intensity: 8, occupancy: 0.1 })
}

/** Ten minutes of it, in which the queue grows. */
export function rushHour(story: SignalsStory): void {
  story.wait(600, () => countRushHour(story, Math.min(0.8, 0.2 + (story.now() - morning) / 1_000_000)))
}

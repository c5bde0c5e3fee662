import type { Draft, Entry, Intersection } from '@city-brain/model'
import type { LifeStep } from './command-life.ts'
import type { Decided } from './decide-timing.ts'

export const viewName = 'signals'
export const viewSource = `view:${viewName}`
/** Version of the way in which timings are made; part of the outcomes' ids. */
const version = 1

/** What one entry leads to, in order. */
export type Outcomes = {
  readonly drafts: readonly Draft[]
  /** Text that no other command bears, in this journal or another: controllers remember ids. */
  commandId(intersection: string): string
  steps(intersection: string, lived: readonly LifeStep[]): void
  decided(intersection: Intersection, decided: Decided): void
}

/**
 * Collects the outcomes of an entry. The number of each makes its id unique, and the same when the entry is applied again.
 * @param now wall clock of the newest tick, milliseconds since 1970
 */
export function createOutcomes(cause: Entry, now: number): Outcomes {
  const drafts: Draft[] = []
  const heading = (entity: string) => ({
    entity,
    source: viewSource,
    id: `${viewName}/${version}/${entity}/${cause.offset}/${drafts.length}`
  })
  return {
    drafts,
    commandId: (intersection) => `${intersection}/${cause.offset}/${now.toString(36)}`,
    steps(intersection, lived) {
      for (const step of lived) {
        drafts.push({ kind: 'command', ...heading(intersection), payload: { ...step, causes: [cause.offset] } })
      }
    },
    decided(intersection, { decision, message }) {
      const own = heading(intersection.intersection)
      drafts.push({ kind: 'decision', ...own, payload: { decision: own.id, ...decision } })
      if (!message) return
      const { commandId } = message
      const { controller } = intersection
      const payload = {
        commandId,
        state: 'requested' as const,
        message,
        controller,
        decision: own.id,
        causes: decision.causes
      }
      drafts.push({ kind: 'command', ...heading(intersection.intersection), payload })
    }
  }
}

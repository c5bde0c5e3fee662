import type { Draft, Entry, EntryKind, View } from '@city-brain/model'

/**
 * Applies the entries that the view wants, one after the other. Where `apply` throws, what was before it stands: its
 * outcomes are returned, and `applied` is the entry before.
 */
export function applyEntries(
  view: View,
  kinds: ReadonlySet<EntryKind>,
  entries: readonly Entry[],
  offset: number
): { drafts: Draft[]; applied: number; fault: Error | undefined } {
  const drafts: Draft[] = []
  let applied = offset
  for (const entry of entries) {
    if (kinds.has(entry.kind)) {
      try {
        const outcomes = view.apply(entry)
        if (outcomes !== undefined) for (const outcome of outcomes) drafts.push(outcome)
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause)
        const fault = new Error(`View "${view.name}" failed at entry ${entry.offset} (${entry.kind}): ${message}`, {
          cause
        })
        return { drafts, applied, fault }
      }
    }
    applied = entry.offset
  }
  return { drafts, applied, fault: undefined }
}

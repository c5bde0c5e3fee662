/** An entry as retention sees it. */
export type CutCandidate = { offset: number; hole: number; kind: number; receivedAt: number }

export type CutPlan = {
  /** Stretches to delete, of the entries that were judged expendable; both ends inclusive. */
  ranges: { from: number; to: number }[]
  /** The hole before each entry that stays after a stretch. */
  holes: { offset: number; hole: number }[]
  /** Everything of the group up to here is gone. */
  through: number
  cut: number
}

/**
 * Decides what of a scan goes. Pure.
 * @param rows a contiguous scan, in order
 * @param next the first entry after the scan: the hole before it grows where the end of the scan goes
 * @param judge `cut`; `keep` (of another group, or spared); `stop` (of the group, but not old enough: the scan ends here)
 */
export function planCut(
  rows: readonly CutCandidate[],
  next: { offset: number; hole: number } | undefined,
  judge: (row: CutCandidate) => 'cut' | 'keep' | 'stop'
): CutPlan {
  const plan: CutPlan = { ranges: [], holes: [], through: 0, cut: 0 }
  let open: { from: number; to: number; hole: number } | undefined
  const close = (stays: { offset: number; hole: number }) => {
    if (open === undefined) return
    plan.ranges.push({ from: open.from, to: open.to })
    plan.holes.push({ offset: stays.offset, hole: stays.hole + open.hole })
    open = undefined
  }
  for (const row of rows) {
    const verdict = judge(row)
    if (verdict === 'cut') {
      open ??= { from: row.offset, to: row.offset, hole: 0 }
      open.to = row.offset
      open.hole += row.hole + 1
      plan.cut++
      plan.through = row.offset
      continue
    }
    close(row)
    if (verdict === 'stop') return plan
    plan.through = row.offset
  }
  if (open !== undefined) {
    if (next === undefined) throw new Error('The newest entry is never cut')
    close(next)
  }
  return plan
}

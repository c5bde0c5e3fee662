/** What a consumer of the external broker answers its parent. */
export type Report =
  | { kind: 'ready' }
  /** Readings in the journal; CPU of the process with all its threads so far, microseconds. */
  | { kind: 'stored'; stored: number; cpu: number }
  /** The acknowledgements after `late` only: milliseconds from arrival; and what is in the journal, counted there. */
  | { kind: 'done'; acknowledgedAfter: { p50: number; p99: number }; found: number }

/** The child's half: answers `stored`, forgets at `late` how long acknowledgements took, and ends after `finish`. */
export function answerParent(consumer: { stored(): number; late(): void; finish(): Promise<Report> }): void {
  process.on('message', (message) => {
    if (message === 'stored') {
      const { user, system } = process.cpuUsage()
      process.send?.({ kind: 'stored', stored: consumer.stored(), cpu: user + system } satisfies Report)
    } else if (message === 'late') consumer.late()
    else if (message === 'finish') {
      void consumer.finish().then((report) => process.send?.(report, () => process.exit(0)))
    }
  })
  process.on('disconnect', () => process.exit(1))
  process.send?.({ kind: 'ready' } satisfies Report)
}

export function quantiles(milliseconds: readonly number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(milliseconds).sort()
  const at = (q: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0) * 100) / 100
  return { p50: at(0.5), p99: at(0.99) }
}

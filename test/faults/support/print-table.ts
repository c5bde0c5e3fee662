import type { FaultResult } from './fault.ts'

export type Row = FaultResult & { fault: string; title: string }

/** The table of docs/reliability.md, in Markdown. */
export function printTable(rows: readonly Row[]): string {
  const columns = [
    'fault',
    'repetitions',
    'acknowledged',
    'in history',
    'dead letters',
    'lost',
    'doubled',
    'peak MB'
  ] as const
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns),
    line(columns.map((_, i) => (i === 0 ? '---' : '--:'))),
    ...rows.map((row) =>
      line([
        row.title,
        ...[row.repetitions, row.acknowledged, row.found, row.deadLettered, row.lost, row.doubled].map(thousands),
        thousands(row.peakMegabytes)
      ])
    )
  ].join('\n')
}

function thousands(value: number): string {
  return value.toLocaleString('en')
}

import { openDuckDbHistory } from '../duckdb/open-duckdb-history.ts'
import { base, detector, nothingRefused } from './history-contract-rows.ts'

/** Run as a process of its own: writes batches into the folder given, tells each checkpoint, and never ends by itself. */
const [folder = ''] = process.argv.slice(2)
const store = await openDuckDbHistory({ folder, retentionDays: 400, log: () => undefined })
let offset = (await store.checkpoint())?.offset ?? 0
for (;;) {
  const rows = Array.from({ length: 1 + Math.floor(Math.random() * 700) }, (_, i) =>
    detector(
      offset + i + 1,
      base + offset + i,
      { intensity: i, vehicleType: `kind ${i % 5}` },
      { entity: `det-${i % 300}` }
    )
  )
  const checkpoint = await store.write(rows, { epoch: 'epoch-1', offset: offset + rows.length }, nothingRefused)
  offset = checkpoint.offset
  process.stdout.write(`${offset}\n`)
}

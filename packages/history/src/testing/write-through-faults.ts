import { openDuckDbHistory } from '../duckdb/open-duckdb-history.ts'
import { base, detector, nothingRefused } from './history-contract-rows.ts'

/** Run as a process of its own: writes batches into the folder given, tells each checkpoint or fault, tries again, never ends. */
const [folder = ''] = process.argv.slice(2)
const store = await openDuckDbHistory({ folder, retentionDays: 400, log: () => undefined })
let offset = (await store.checkpoint())?.offset ?? 0
for (;;) {
  // Texts that do not compress, so that file and log grow.
  const rows = Array.from({ length: 4_000 }, (_, i) =>
    detector(offset + i + 1, base + offset + i, { intensity: i, vehicleType: String(Math.random()).repeat(4) })
  )
  try {
    offset = (await store.write(rows, { epoch: 'epoch-1', offset: offset + rows.length }, nothingRefused)).offset
    process.stdout.write(`${offset}\n`)
  } catch (fault) {
    process.stdout.write(`${(fault as { code?: string }).code}: ${(fault as Error).message.split('\n')[0]}\n`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

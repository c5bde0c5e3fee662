import type { HistoryCheckpoint } from '@city-brain/model'
import type { DuckDBConnection } from '@duckdb/node-api'

/** How far the journal has been applied, of the database itself or of one attached to it; null where nothing ever was. */
export async function readCheckpoint(
  connection: DuckDBConnection,
  table = 'checkpoint'
): Promise<HistoryCheckpoint | null> {
  const [row] = (await connection.runAndReadAll(`SELECT epoch, "offset", stored, refused FROM ${table}`)).getRows()
  if (!row) return null
  const [epoch, offset, stored, refused] = row
  return { epoch: String(epoch), offset: Number(offset), stored: Number(stored), refused: Number(refused) }
}

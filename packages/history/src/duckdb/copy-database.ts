import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { HistoryCheckpoint } from '@city-brain/model'
import type { DuckDBInstance } from '@duckdb/node-api'
import { HistoryMisconfigured } from '../errors.ts'
import { readCheckpoint } from './read-checkpoint.ts'

const target = 'copy_of_history'

/**
 * A copy of the database in a new file, as it stands when it begins: one statement on a connection of its own, so it sees
 * one transaction's state, rows and checkpoint alike, and neither writes nor questions wait for it. The file is not copied
 * as bytes: whoever opens and closes it a second time in this process gives up DuckDB's lock on it (POSIX locks belong to
 * the process).
 * @throws HistoryMisconfigured where the file is there already
 */
export async function copyDatabase(instance: DuckDBInstance, file: string): Promise<HistoryCheckpoint | null> {
  if (existsSync(file)) throw new HistoryMisconfigured(`${file} is there already; the history is not copied over it`)
  const connection = await instance.connect()
  let done = false
  try {
    const [[source] = []] = (await connection.runAndReadAll('SELECT current_database()')).getRows()
    await connection.run(`ATTACH '${file.replaceAll("'", "''")}' AS ${target}`)
    try {
      await connection.run(`COPY FROM DATABASE "${String(source)}" TO ${target}`)
      const checkpoint = await readCheckpoint(connection, `${target}.checkpoint`)
      // Its log goes into the file, and the file to the disk: a fault must be seen, which closing would hide.
      await connection.run(`CHECKPOINT ${target}`)
      done = true
      return checkpoint
    } finally {
      await connection.run(`DETACH ${target}`)
    }
  } finally {
    connection.closeSync()
    if (!done) for (const rest of [file, `${file}.wal`]) await rm(rest, { force: true })
  }
}

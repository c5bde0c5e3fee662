import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryCheckpoint } from '@city-brain/model'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { HistoryMisconfigured } from '../errors.ts'
import { readCheckpoint } from './read-checkpoint.ts'

/**
 * How far the history file in a folder has applied its journal, while no city runs on it. Undefined where there is none.
 * @throws HistoryMisconfigured where it cannot be opened
 */
export function readDuckDbCheckpoint(folder: string): Promise<HistoryCheckpoint | undefined> {
  return withFile(folder, async (connection) => (await readCheckpoint(connection)) ?? undefined)
}

/**
 * Lets the history file go on with a journal of another epoch, from the offset at which it stands: its rows stay. The
 * caller knows that the journal goes on from there, and has not given the offsets before to anything else.
 */
export async function adoptDuckDbEpoch(folder: string, epoch: string): Promise<void> {
  await withFile(folder, (connection) => connection.run('UPDATE checkpoint SET epoch = $1', [epoch]))
}

async function withFile<T>(folder: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T | undefined> {
  const file = join(folder, 'history.duckdb')
  if (!existsSync(file)) return undefined
  let instance: DuckDBInstance | undefined
  try {
    instance = await DuckDBInstance.create(file, { threads: '1', memory_limit: '256MB' })
    const connection = await instance.connect()
    const answer = await work(connection)
    connection.closeSync()
    return answer
  } catch (cause) {
    throw new HistoryMisconfigured(`DuckDB cannot read ${file}: ${cause instanceof Error ? cause.message : cause}`, {
      cause
    })
  } finally {
    instance?.closeSync()
  }
}

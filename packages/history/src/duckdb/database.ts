import {
  type HistoryAnswer,
  type HistoryCheckpoint,
  type HistoryRow,
  type ReadingType,
  readingTypes
} from '@city-brain/model'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { QueryPlan } from '../plan-query.ts'
import { appendBatch } from './append-batch.ts'
import { copyDatabase } from './copy-database.ts'
import { openFault } from './open-fault.ts'
import type { Batch, WriteArguments } from './protocol.ts'
import { readCheckpoint } from './read-checkpoint.ts'
import { columnsOf, ensureSchema, quoted } from './schema.ts'
import { select, selectLatestAt } from './select.ts'

/**
 * For its blocks in memory: at 20 thousand rows a second it uses all of it, and the whole city is to stay below 500 MB.
 * Neither 128 nor 256 MB made writes or questions cheaper.
 */
const memoryLimit = '96MB'
/** Often, so that a write which also removes waits for little. */
const trimEvery = 10 * 60 * 1_000

/** The database as the worker holds it: one connection writes, another reads, so that a long question does not hold up a write. */
export type Database = {
  checkpoint(): Promise<HistoryCheckpoint | null>
  write(work: WriteArguments): Promise<void>
  query(plan: QueryPlan): Promise<HistoryAnswer>
  latestAt(at: number): Promise<HistoryRow[]>
  copyTo(file: string): Promise<HistoryCheckpoint | null>
  /** False where DuckDB has given itself up, as when a disk is full in the midst of a checkpoint: it must be opened anew. */
  isAlive(): Promise<boolean>
  close(): void
}

/**
 * @throws HistoryMisconfigured where a person must look: in use by another process, no permission, damaged, newer;
 * HistoryUnavailable where the disk is full
 */
export async function openDatabase(file: string, oldest: number): Promise<Database> {
  let instance: DuckDBInstance | undefined
  try {
    instance = await openInstance(file)
    return await prepare(instance, oldest)
  } catch (fault) {
    instance?.closeSync()
    throw openFault(file, fault)
  }
}

async function prepare(instance: DuckDBInstance, oldest: number): Promise<Database> {
  const writer = await instance.connect()
  const reader = await instance.connect()
  await ensureSchema(writer)
  const columns = new Map<string, ReadonlyMap<string, string>>()
  for (const type of readingTypes) columns.set(type, await columnsOf(writer, type))

  const ids = new Map<string, number>()
  for (const [id, entity] of (await writer.runAndReadAll('SELECT id, entity FROM entities')).getRows()) {
    ids.set(String(entity), Number(id))
  }
  let trimmed = oldest
  await trim(oldest)
  const firsts = await findFirsts(writer, ids)

  async function trim(before: number): Promise<void> {
    for (const type of readingTypes) await writer.run(`DELETE FROM ${quoted(type)} WHERE time < ${before}`)
    trimmed = before
  }

  /** All or nothing: rows, the entities that are new, and how far the journal has been applied. */
  async function write({ batches, checkpoint, oldest }: WriteArguments): Promise<void> {
    const added = new Map<string, number>()
    const idOf = (entity: string): number => {
      const id = ids.get(entity) ?? added.get(entity) ?? ids.size + added.size + 1
      if (!ids.has(entity)) added.set(entity, id)
      return id
    }
    await writer.run('BEGIN')
    try {
      // Within the transaction: a fault after the commit would tell the writer that nothing was stored.
      if (oldest - trimmed > trimEvery) await trim(oldest)
      for (const batch of batches) {
        await appendBatch(writer, columns.get(batch.type) ?? new Map(), batch, idOf)
      }
      await addEntities(writer, added)
      await writer.run('DELETE FROM checkpoint')
      await writer.run('INSERT INTO checkpoint VALUES ($1, $2, $3, $4)', [
        checkpoint.epoch,
        BigInt(checkpoint.offset),
        BigInt(checkpoint.stored),
        BigInt(checkpoint.refused)
      ])
      await writer.run('COMMIT')
    } catch (fault) {
      // Where the commit itself failed there is nothing left to roll back.
      await writer.run('ROLLBACK').catch(() => undefined)
      throw fault
    }
    for (const [entity, id] of added) ids.set(entity, id)
    for (const batch of batches) noteFirsts(firsts, batch, ids)
  }

  return {
    checkpoint: () => readCheckpoint(writer),
    write,
    async query(plan) {
      const id = ids.get(plan.entity)
      if (id !== undefined) return select(reader, plan, id)
      return plan.every === undefined
        ? { kind: 'raw', points: [], truncated: false }
        : { kind: 'windows', every: plan.every, points: [], truncated: false }
    },
    async latestAt(at) {
      const rows: HistoryRow[] = []
      for (const type of readingTypes)
        rows.push(...(await selectLatestAt(reader, type, at, firsts.get(type) ?? new Map())))
      return rows
    },
    copyTo: (file) => copyDatabase(instance, file),
    isAlive: () =>
      writer.run('SELECT 1').then(
        () => true,
        () => false
      ),
    close() {
      reader.closeSync()
      writer.closeSync()
      instance.closeSync()
    }
  }
}

/** For each type its entities by their ids, each with its name and the time of its first row. */
type Firsts = Map<ReadingType, Map<number, { name: string; first: number }>>

async function findFirsts(connection: DuckDBConnection, ids: ReadonlyMap<string, number>): Promise<Firsts> {
  const names = new Map([...ids].map(([name, id]) => [id, name]))
  const firsts: Firsts = new Map()
  for (const type of readingTypes) {
    const found = await connection.runAndReadAll(`SELECT entity, min(time) FROM ${quoted(type)} GROUP BY entity`)
    firsts.set(
      type,
      new Map(
        found.getRows().map(([id, first]) => [Number(id), { name: names.get(Number(id)) ?? '', first: Number(first) }])
      )
    )
  }
  return firsts
}

function noteFirsts(firsts: Firsts, batch: Batch, ids: ReadonlyMap<string, number>): void {
  const times = new Array<number>(batch.entities.length).fill(Number.POSITIVE_INFINITY)
  for (let i = 0; i < batch.count; i++) {
    const place = batch.entity[i] as number
    times[place] = Math.min(times[place] as number, Number(batch.time[i]))
  }
  const known = firsts.get(batch.type)
  batch.entities.forEach((name, place) => {
    const id = ids.get(name) as number
    known?.set(id, { name, first: Math.min(known.get(id)?.first ?? Number.POSITIVE_INFINITY, times[place] as number) })
  })
}

function openInstance(file: string): Promise<DuckDBInstance> {
  return DuckDBInstance.create(file, {
    threads: '1',
    memory_limit: memoryLimit,
    // Nothing is fetched, nothing is loaded: the history needs no extension.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false'
  })
}

async function addEntities(connection: DuckDBConnection, added: ReadonlyMap<string, number>): Promise<void> {
  if (added.size === 0) return
  const appender = await connection.createAppender('entities')
  try {
    for (const [entity, id] of added) {
      appender.appendInteger(id)
      appender.appendVarchar(entity)
      appender.endRow()
    }
    appender.flushSync()
  } finally {
    appender.closeSync()
  }
}

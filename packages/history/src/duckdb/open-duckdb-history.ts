import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, type HistoryCheckpoint, type HistoryStore, systemClock } from '@city-brain/model'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import { planQuery } from '../plan-query.ts'
import { planWrite } from '../plan-write.ts'
import { encodeBatches, transferablesOf } from './encode-batches.ts'
import { startWorker, type WorkerClient } from './worker-client.ts'

const day = 24 * 60 * 60 * 1_000

/**
 * The history in an embedded DuckDB: `history.duckdb` in the folder, held by one worker thread. Rows and checkpoint are
 * one transaction. Should the thread end, or DuckDB give itself up (a disk that is full in the midst of its checkpoint), the
 * next call starts another one. Where the disk is full it opens all the same, and each call tries again.
 * @throws HistoryMisconfigured where the folder or the file cannot be used
 */
export async function openDuckDbHistory({
  folder,
  retentionDays,
  log,
  clock = systemClock,
  start = startWorker
}: {
  folder: string
  retentionDays: number
  log: Log
  clock?: Clock
  /** How the thread is started. */
  start?: () => WorkerClient
}): Promise<HistoryStore> {
  const file = join(folder, 'history.duckdb')
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new HistoryMisconfigured(`The folder ${folder} cannot be made: ${(cause as Error).message}`, { cause })
  }
  const oldest = () => clock.now() - retentionDays * day

  let current: HistoryCheckpoint | undefined
  /** After a fault nobody knows whether the transaction was committed: the database is asked. */
  let uncertain = false
  let closed = false
  let opening = open()
  let writing: Promise<unknown> = Promise.resolve()

  async function open(): Promise<WorkerClient> {
    const worker = start()
    try {
      current = (await worker.call('open', { file, oldest: oldest() })) ?? undefined
      uncertain = false
      return worker
    } catch (fault) {
      await worker.terminate()
      throw fault
    }
  }

  async function connected(): Promise<WorkerClient> {
    if (closed) throw new HistoryMisconfigured('The history is closed')
    const before = opening
    const worker = await before.catch(() => undefined)
    if (worker && !worker.ended) return worker
    if (opening === before) {
      if (worker) log('warn', 'The thread of the history ended; starting another')
      opening = open()
    }
    return opening
  }

  async function checkpoint(worker: WorkerClient): Promise<HistoryCheckpoint | undefined> {
    if (uncertain) {
      current = (await worker.call('checkpoint', null)) ?? undefined
      uncertain = false
    }
    return current
  }

  // A full disk may have room again later: until then readings wait in the journal.
  await opening.catch((fault: unknown) => {
    if (!(fault instanceof HistoryUnavailable)) throw fault
    log('warn', 'The history cannot be opened yet; readings wait in the journal', { message: fault.message })
  })

  const write: HistoryStore['write'] = async (rows, to, refuse) => {
    const worker = await connected()
    const before = await checkpoint(worker)
    const plan = planWrite(before, rows, to, oldest())
    if (!plan) return before as HistoryCheckpoint
    if (plan.refusals.length > 0) await refuse(plan.refusals)
    const batches = encodeBatches(plan.rows)
    uncertain = true
    await worker.call('write', { batches, checkpoint: plan.checkpoint, oldest: oldest() }, transferablesOf(batches))
    uncertain = false
    current = plan.checkpoint
    return plan.checkpoint
  }

  return {
    name: 'duckdb',
    async checkpoint() {
      return checkpoint(await connected())
    },
    write(rows, to, refuse) {
      const result = writing.then(() => write(rows, to, refuse))
      writing = result.catch(() => undefined)
      return result
    },
    async query(query) {
      const plan = planQuery(query)
      return (await connected()).call('query', plan)
    },
    async latestAt(at) {
      return (await connected()).call('latestAt', { at })
    },
    async copyTo(file) {
      return (await (await connected()).call('copyTo', { file })) ?? undefined
    },
    async close() {
      if (closed) return
      await writing
      closed = true
      const worker = await opening.catch(() => undefined)
      if (worker && !worker.ended) await worker.call('close', null)
      await worker?.terminate()
    }
  }
}

import { type TransferListItem, Worker } from 'node:worker_threads'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import type { CallName, Calls, Request, Response } from './protocol.ts'

export type WorkerClient = {
  call<K extends CallName>(
    name: K,
    args: Calls[K]['arguments'],
    transfer?: readonly TransferListItem[]
  ): Promise<Calls[K]['answer']>
  /** True once the thread has ended, however it did: every call is then rejected. */
  readonly ended: boolean
  terminate(): Promise<void>
}

/** Calls to a worker thread of DuckDB. */
export function startWorker(): WorkerClient {
  const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), {
    name: 'history',
    // It holds one batch at a time: with V8's own bound it would gather 30 MB of batches that are written.
    resourceLimits: { maxYoungGenerationSizeMb: 12 }
  })
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (fault: Error) => void }>()
  let next = 1
  let ended = false
  let cause: Error | undefined

  worker.on('message', (response: Response) => {
    const call = waiting.get(response.id)
    if (!call) return
    waiting.delete(response.id)
    if ('fault' in response) call.reject(faultOf(response.fault))
    else call.resolve(response.answer as never)
  })
  worker.on('error', (fault: Error) => {
    cause = fault
  })
  worker.on('exit', () => {
    ended = true
    for (const { reject } of waiting.values()) reject(endedFault())
    waiting.clear()
  })

  const endedFault = () =>
    new HistoryUnavailable(`The history's thread has ended${cause ? `: ${cause.message}` : ''}`, { cause })

  return {
    call(name, args, transfer = []) {
      if (ended) return Promise.reject(endedFault())
      const id = next++
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, call: name, arguments: args } as Request, [...transfer])
      })
    },
    get ended() {
      return ended
    },
    async terminate() {
      await worker.terminate()
    }
  }
}

function faultOf({ kind, message }: { kind: 'unavailable' | 'misconfigured'; message: string }): Error {
  return kind === 'misconfigured' ? new HistoryMisconfigured(message) : new HistoryUnavailable(message)
}

import { Worker } from 'node:worker_threads'
import { fromErrorRecord, JournalError } from './journal-error.ts'
import type { FromWorker, Opened, Question, ToWorker, WorkerStart } from './protocol.ts'

export type WorkerLink = {
  opened: Opened
  post(message: ToWorker): void
  ask<T>(question: Question): Promise<T>
  /** Ends the thread after it has closed the files. */
  close(): Promise<void>
}

type Events = Exclude<FromWorker, { type: 'opened' | 'refused' | 'answer' | 'fault' }>

/** Starts the journal's thread and waits until it has opened the files. Rejects with a `JournalError`. */
export function startWorker(options: {
  start: WorkerStart
  onEvent: (event: Events) => void
  /** The thread ended by itself: nothing can be written any more. */
  onDeath: (error: JournalError) => void
}): Promise<WorkerLink> {
  const { start, onEvent, onDeath } = options
  const worker = new Worker(new URL('./worker/boot.mjs', import.meta.url), {
    workerData: start,
    name: 'journal',
    // It holds one group at a time: with V8's own bound it would gather 30 MB of groups that are done.
    resourceLimits: { maxYoungGenerationSizeMb: 12 }
  })
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: JournalError) => void }>()
  let asked = 0
  let dead: JournalError | undefined

  const post = (message: ToWorker) => {
    if (message.type === 'commit') worker.postMessage(message, [message.group.entries.numbers.buffer as ArrayBuffer])
    else worker.postMessage(message)
  }
  const ask = <T>(question: Question): Promise<T> =>
    dead
      ? Promise.reject(dead)
      : new Promise<T>((resolve, reject) => {
          asked++
          waiting.set(asked, { resolve: resolve as (answer: unknown) => void, reject })
          post({ type: 'ask', number: asked, question })
        })
  const answered = (number: number) => {
    const asker = waiting.get(number)
    waiting.delete(number)
    return asker
  }

  return new Promise((resolveLink, rejectLink) => {
    let closing = false
    let refusal: JournalError | undefined
    const link = (opened: Opened): WorkerLink => ({
      opened,
      post,
      ask,
      async close() {
        closing = true
        if (dead) return
        await ask({ type: 'close' }).finally(() => worker.terminate())
      }
    })
    const died = (error: Error) => {
      if (dead) return
      dead = new JournalError('failed', `The journal's thread ended: ${error.message}`)
      for (const { reject } of waiting.values()) reject(dead)
      waiting.clear()
      rejectLink(refusal ?? dead)
      if (!closing && refusal === undefined) onDeath(dead)
    }
    worker.on('error', died)
    worker.on('exit', (code) => died(new Error(`exit code ${code}`)))
    worker.on('message', (message: FromWorker) => {
      switch (message.type) {
        case 'opened':
          resolveLink(link(message.opened))
          break
        case 'refused':
          refusal = fromErrorRecord(message.error)
          // The binding lets go of its files only with its thread, so the caller hears of it then.
          worker.terminate().catch(died)
          break
        case 'answer':
          answered(message.number)?.resolve(message.answer)
          break
        case 'fault':
          answered(message.number)?.reject(fromErrorRecord(message.error))
          break
        default:
          onEvent(message)
      }
    })
  })
}

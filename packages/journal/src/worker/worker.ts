import { parentPort, workerData } from 'node:worker_threads'
import { toErrorRecord } from '../journal-error.ts'
import type { FromWorker, ToWorker, WorkerStart } from '../protocol.ts'
import { openStore } from './store.ts'

/** The journal's thread: it alone touches the files, one message at a time. */
if (parentPort === null) throw new Error('This file runs in a worker thread')
const port = parentPort
const post = (message: FromWorker) => port.postMessage(message)

try {
  const store = openStore(workerData as WorkerStart, post)
  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'commit':
        store.commit(message.group)
        break
      case 'maintain':
        try {
          store.maintain(message.now, message.monotonic)
        } catch (error) {
          post({ type: 'log', level: 'error', message: `Seeing to the journal's space failed: ${String(error)}` })
        }
        break
      case 'ask':
        try {
          post({ type: 'answer', number: message.number, answer: store.ask(message.question) })
        } catch (error) {
          post({ type: 'fault', number: message.number, error: toErrorRecord(error) })
        }
        break
    }
  })
  post({ type: 'opened', opened: store.opened })
} catch (error) {
  post({ type: 'refused', error: toErrorRecord(error) })
}

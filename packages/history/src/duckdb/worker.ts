import { parentPort } from 'node:worker_threads'
import { HistoryMisconfigured } from '../errors.ts'
import { type Database, openDatabase } from './database.ts'
import type { Request, Response } from './protocol.ts'

/** The thread that holds DuckDB. Writes keep their order among themselves, and so do questions, and copies. */
const port = parentPort
if (!port) throw new Error('This file runs as a worker thread')

let database: Database | undefined
const lanes = { write: Promise.resolve(), read: Promise.resolve(), copy: Promise.resolve() }
const laneOf = (call: Request['call']): keyof typeof lanes => {
  if (call === 'copyTo') return 'copy'
  return call === 'query' || call === 'latestAt' ? 'read' : 'write'
}

port.on('message', (request: Request) => {
  const lane = laneOf(request.call)
  lanes[lane] = lanes[lane].then(() => serve(request))
})

/** Requests that DuckDB is at work on, and whether it has given itself up. */
let busy = 0
let lost = false

async function serve(request: Request): Promise<void> {
  busy++
  port?.postMessage(await respond(request))
  busy--
  if (request.call === 'close') port?.close()
  else if (lost && busy === 0) end()
}

/** The thread ends, so that the next call starts another, which opens the file anew. */
function end(): void {
  try {
    database?.close()
  } finally {
    process.exit()
  }
}

async function respond(request: Request): Promise<Response> {
  try {
    return { id: request.id, answer: await perform(request) }
  } catch (fault) {
    if (database && !(await database.isAlive())) lost = true
    const message = fault instanceof Error ? fault.message : String(fault)
    return {
      id: request.id,
      fault: { kind: fault instanceof HistoryMisconfigured ? 'misconfigured' : 'unavailable', message }
    }
  }
}

async function perform(request: Request) {
  if (request.call === 'open') {
    database = await openDatabase(request.arguments.file, request.arguments.oldest)
    return database.checkpoint()
  }
  if (!database || lost) throw new Error('The database is not open')
  switch (request.call) {
    case 'checkpoint':
      return database.checkpoint()
    case 'write':
      await database.write(request.arguments)
      return null
    case 'query':
      return database.query(request.arguments)
    case 'latestAt':
      return database.latestAt(request.arguments.at)
    case 'copyTo':
      return database.copyTo(request.arguments.file)
    case 'close':
      await Promise.all([lanes.read, lanes.copy])
      database.close()
      database = undefined
      return null
  }
}

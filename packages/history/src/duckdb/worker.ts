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

async function serve(request: Request): Promise<void> {
  port?.postMessage(await respond(request))
  if (request.call === 'close') port?.close()
}

async function respond(request: Request): Promise<Response> {
  try {
    return { id: request.id, answer: await perform(request) }
  } catch (fault) {
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
  if (!database) throw new Error('The database is not open')
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

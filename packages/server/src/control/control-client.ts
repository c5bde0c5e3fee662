import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'
import { ControlFault, type ControlName, type ControlReply, type ControlRequests } from './control-messages.ts'

/** No city runs on the data folder; some commands then open its files themselves. */
export class NoCityRuns extends Error {
  override readonly name = 'NoCityRuns'
}

/** Asks the running city. Rejects with NoCityRuns where none listens, with a ControlFault where it refuses. */
export function askCity<N extends ControlName>(
  path: string,
  name: N,
  ask: ControlRequests[N]['ask']
): Promise<ControlRequests[N]['answer']> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const absent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR'
      if (absent) reject(new NoCityRuns())
      else if (error.code === 'EACCES') reject(new ControlFault('The city belongs to another user.'))
      else reject(new ControlFault(`The city does not answer (${error.code ?? error.message}).`))
    })
    socket.on('connect', () => socket.write(`${JSON.stringify({ name, ask })}\n`))
    const lines = createInterface({ input: socket })
    // readline passes the socket's errors on; they are dealt with above.
    lines.on('error', () => undefined)
    lines.once('line', (line) => {
      socket.end()
      const reply = JSON.parse(line) as ControlReply
      if (reply.ok) resolve(reply.answer as ControlRequests[N]['answer'])
      else reject(new ControlFault(reply.message))
    })
    // After an answer this changes nothing; without one, the city ended meanwhile.
    socket.on('close', () => reject(new ControlFault('The city ended before it had answered.')))
  })
}

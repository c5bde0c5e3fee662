import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Log } from '../log.ts'
import { ControlFault, type ControlHandlers, type ControlName, type ControlReply } from './control-messages.ts'

/**
 * The socket on which the `city-brain` command talks to the running city. Whoever may open it may do everything, so it is
 * the owner's alone. The journal's lock says that no other city runs here: a socket that lies there is a leftover.
 */
export async function startControlServer({
  path,
  handlers,
  log
}: {
  path: string
  handlers: ControlHandlers
  log: Log
}): Promise<{ close(): Promise<void> }> {
  rmSync(path, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const lines = createInterface({ input: socket })
    // readline passes the socket's errors on; they are dealt with above.
    lines.on('error', () => undefined)
    lines.once('line', (line) => {
      reply(line, handlers, log).then(
        (message) => socket.end(`${JSON.stringify(message)}\n`),
        () => socket.destroy()
      )
    })
  })
  // Made with the owner's rights alone from the first moment on, not only after the chmod.
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, () => resolve())
    })
    chmodSync(path, 0o600)
  } finally {
    process.umask(before)
  }
  return {
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(path, { force: true })
    }
  }
}

async function reply(line: string, handlers: ControlHandlers, log: Log): Promise<ControlReply> {
  try {
    const { name, ask } = JSON.parse(line) as { name: ControlName; ask: never }
    if (!Object.hasOwn(handlers, name)) return { ok: false, message: `This city knows no request ${name}.` }
    return { ok: true, answer: await handlers[name](ask) }
  } catch (error) {
    if (error instanceof ControlFault) return { ok: false, message: error.message }
    log('error', 'A request on the control socket failed', { error: String((error as Error).stack ?? error) })
    return { ok: false, message: `The city could not do that: ${(error as Error).message}` }
  }
}

import type { Socket } from 'node:net'

export interface ReadGate {
  /** Lets the gate stand between a socket and the broker's parser. */
  guard(socket: Socket, overlong: () => boolean): void
  /** Shuts or opens the gate by what is under way. */
  update(messages: number, bytes: number): void
  readonly open: boolean
}

/**
 * The bound on what is under way: while too much waits for the disk, no socket is read, so that TCP holds the senders
 * back. aedes reads a socket only by `read()`, whenever it has dealt with all that it read before; the gate answers null
 * in its place and wakes it later. It also ends a connection whose packet outgrows the limit, because the parser would
 * gather up to 256 MB for one announced packet.
 */
export function createReadGate({ maxMessages, maxBytes }: { maxMessages: number; maxBytes: number }): ReadGate {
  let open = true
  const waiting = new Set<Socket>()

  const wake = () => {
    const sockets = [...waiting]
    waiting.clear()
    for (const socket of sockets) if (!socket.destroyed) socket.emit('readable')
  }

  return {
    guard(socket, overlong) {
      const read = socket.read.bind(socket)
      socket.read = (size?: number) => {
        if (!open) {
          waiting.add(socket)
          return null
        }
        if (overlong()) {
          socket.destroy()
          return null
        }
        return read(size)
      }
      socket.once('close', () => waiting.delete(socket))
    },
    update(messages, bytes) {
      if (open) open = messages < maxMessages && bytes < maxBytes
      // Half as much opens it again, so that it does not flutter.
      else if (messages < maxMessages / 2 && bytes < maxBytes / 2) {
        open = true
        setImmediate(wake)
      }
    },
    get open() {
      return open
    }
  }
}

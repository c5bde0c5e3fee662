import { connect } from 'node:net'
import { connectPacket, createPacketReader, publishPacket } from './mqtt-wire.ts'

export type RawMqttClient = {
  /** Sends a publish as it is; true once its PUBACK is there, false where the connection ended before. */
  publish(topic: string | Uint8Array, payload: Uint8Array): Promise<boolean>
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>
  isOpen(): boolean
  end(): void
}

/** A broker that neither acknowledges a publish nor ends the connection for so long has lost it, milliseconds. */
const patience = 60_000

/** A client that checks nothing of what it sends. Rejects where it is not let in. */
export async function connectRawMqtt({
  port,
  device,
  password,
  localAddress,
  onForgotten
}: {
  port: number
  device: string
  password: string
  localAddress?: string
  /** Told where a publish is neither acknowledged nor the connection ended; it is ended then. */
  onForgotten?: (messages: number) => void
}): Promise<RawMqttClient> {
  const waiting = new Map<number, (acknowledged: boolean) => void>()
  const socket = connect({ host: '127.0.0.1', port, ...(localAddress === undefined ? {} : { localAddress }) })
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  let open = false
  const watch = setInterval(() => {
    if (waiting.size === 0 || performance.now() - heardAt < patience) return
    onForgotten?.(waiting.size)
    socket.destroy()
  }, 1_000).unref()
  let heardAt = performance.now()
  let nextId = 0
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      open = false
      clearInterval(watch)
      for (const settle of waiting.values()) settle(false)
      waiting.clear()
      resolve()
    })
  })
  await new Promise<void>((resolve, reject) => {
    const read = createPacketReader((kind, body) => {
      if (kind === 2 && body[1] === 0) {
        open = true
        resolve()
      } else if (kind === 2) reject(new Error(`${device} was refused with code ${body[1]}`))
      else if (kind === 4) {
        heardAt = performance.now()
        const id = body.readUInt16BE(0)
        waiting.get(id)?.(true)
        waiting.delete(id)
      }
    })
    socket.on('data', read)
    socket.write(connectPacket(device, password))
    void closed.then(() => reject(new Error(`the connection of ${device} ended before its CONNACK`)))
  })
  return {
    publish(topic, payload) {
      if (!open) return Promise.resolve(false)
      do nextId = (nextId % 65_535) + 1
      while (waiting.has(nextId))
      const id = nextId
      if (waiting.size === 0) heardAt = performance.now()
      return new Promise((resolve) => {
        waiting.set(id, resolve)
        socket.write(publishPacket(topic, payload, id))
      })
    },
    closed,
    isOpen: () => open,
    end: () => socket.destroy()
  }
}

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

/** A client that checks nothing of what it sends. Rejects where it is not let in. */
export async function connectRawMqtt({
  port,
  device,
  password,
  localAddress
}: {
  port: number
  device: string
  password: string
  localAddress?: string
}): Promise<RawMqttClient> {
  const waiting = new Map<number, (acknowledged: boolean) => void>()
  const socket = connect({ host: '127.0.0.1', port, ...(localAddress === undefined ? {} : { localAddress }) })
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  let open = false
  let nextId = 0
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      open = false
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

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * Packets of MQTT 3.1.1 as bytes, for clients that do what no library would: stop in the middle, never read. [MQTT-2.2]
 */
export function connectPacket({
  clientId,
  username,
  password,
  keepAlive = 0
}: {
  clientId: string
  username: string
  password: string
  /** Seconds. */
  keepAlive?: number
}): Buffer {
  // User name, password, clean session.
  const head = [text('MQTT'), Buffer.from([4, 0b1100_0010]), number16(keepAlive)]
  return packet(0x10, [...head, text(clientId), text(username), text(password)])
}

export function subscribePacket(messageId: number, filter: string, qos: 0 | 1): Buffer {
  return packet(0x82, [number16(messageId), text(filter), Buffer.from([qos])])
}

export function publishPacket(messageId: number, topic: string, payload: string): Buffer {
  return packet(0x32, [text(topic), number16(messageId), Buffer.from(payload)])
}

/** Connects and waits for the first bytes that come back: the CONNACK. From then on nothing is read. */
export async function connectRaw(port: number, hello: Buffer): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(hello)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.pause()
  if (answer[0] !== 0x20 || answer[3] !== 0) throw new Error(`The broker answered ${answer.toString('hex')}`)
  return socket
}

/** Splits what the broker sends into packets; told the message id of each PUBACK. */
export function readPubacks(onPuback: (messageId: number) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    // Nothing that comes here is longer than 127 bytes.
    while (rest.length >= 2 && rest.length >= 2 + (rest[1] ?? 0)) {
      if (rest[0] === 0x40) onPuback(rest.readUInt16BE(2))
      rest = rest.subarray(2 + (rest[1] ?? 0))
    }
  }
}

function packet(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length: number[] = []
  for (let left = body.length; ; left >>= 7) {
    length.push(left > 127 ? (left & 127) | 128 : left)
    if (left <= 127) break
  }
  return Buffer.concat([Buffer.from([type, ...length]), body])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([number16(bytes.length), bytes])
}

function number16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

import { connect, type Socket } from 'node:net'

/**
 * A lean MQTT 3.1.1 publisher: QoS 1 over a raw socket, as many in flight as it is told to, and the time from each write
 * to its PUBACK. A full client library would take more CPU than the brokers that are measured.
 */
export class LoadClient {
  readonly #socket: Socket
  readonly #head: Buffer
  /** When each packet id was written, milliseconds. */
  readonly #writtenAt = new Float64Array(65_536)
  #nextId = 1
  /** The begin of a packet whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0)
  outstanding = 0
  onLatency: (milliseconds: number) => void = () => {}

  private constructor(socket: Socket, topic: string) {
    this.#socket = socket
    this.#head = text(topic)
  }

  static async connect(port: number, device: string, secret: string, topic: string): Promise<LoadClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    const body = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 0]), text(device), text(device), text(secret)])
    socket.write(packet(0x10, body))
    const connack = await new Promise<Buffer>((resolve, reject) => {
      socket.once('data', resolve)
      socket.once('close', () => reject(new Error('the broker closed the connection')))
    })
    if (connack[3] !== 0) throw new Error(`the broker refused the connection with ${connack[3]}`)
    const client = new LoadClient(socket, topic)
    socket.on('data', (bytes) => client.#read(bytes))
    socket.on('error', (error) => console.error(device, error.message))
    return client
  }

  publish(payload: string): void {
    const id = this.#nextId
    this.#nextId = id === 65_535 ? 1 : id + 1
    const body = Buffer.concat([this.#head, Buffer.from([id >> 8, id & 255]), Buffer.from(payload, 'latin1')])
    this.#writtenAt[id] = performance.now()
    this.outstanding++
    this.#socket.write(packet(0x32, body))
  }

  #read(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const now = performance.now()
    let at = 0
    for (; at + 4 <= all.length; at += 4) {
      if (all[at] !== 0x40 || all[at + 1] !== 2) throw new Error(`expected a PUBACK, got ${all[at]}`)
      this.outstanding--
      this.onLatency(now - (this.#writtenAt[all.readUInt16BE(at + 2)] as number))
    }
    this.#rest = all.subarray(at)
  }

  close(): void {
    this.#socket.destroy()
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

function packet(type: number, body: Buffer): Buffer {
  const length: number[] = []
  for (let rest = body.length; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) break
  }
  return Buffer.concat([Buffer.from([type, ...length]), body])
}

import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import * as packets from './packets.ts'
import { types } from './packets.ts'

export type Received = { type: number; flags: number; body: Buffer }
export type Publication = {
  topic: string
  payload: string
  qos: number
  retain: boolean
  dup: boolean
  id: number | undefined
}

/** A client of plain bytes: it sends what it is told, answers only what it is told to answer, and keeps all that comes. */
export class RawClient {
  readonly socket: Socket
  readonly received: Received[] = []
  isClosed = false
  /** Acknowledges what comes, as a decent client does. */
  answers = true
  #held = Buffer.alloc(0)
  #wakes = new Set<() => void>()

  constructor(port: number) {
    this.socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
    this.socket.on('data', (chunk: Buffer) => this.#take(chunk))
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.isClosed = true
      this.#wake()
    })
  }

  send(...bytes: Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes))
  }

  /** Waits until it holds; fails with what it waits for. */
  async until<T>(what: string, holds: () => T | undefined | false, milliseconds = 5_000): Promise<T> {
    const end = Date.now() + milliseconds
    for (;;) {
      const found = holds()
      if (found) return found
      const left = end - Date.now()
      if (left <= 0) throw new Error(`Waited in vain for ${what}; got ${JSON.stringify(this.received.slice(-5))}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, Math.min(left, 50))
        const wakes = this.#wakes
        function done() {
          clearTimeout(timer)
          wakes.delete(done)
          resolve()
        }
        wakes.add(done)
      })
    }
  }

  /** The next packet of this type that was not yet asked for. */
  async next(type: keyof typeof types): Promise<Received> {
    const found = await this.until(type, () => this.received.find((one) => one.type === types[type]))
    this.received.splice(this.received.indexOf(found), 1)
    return found
  }

  closed(milliseconds?: number): Promise<boolean> {
    return this.until('the end of the connection', () => this.isClosed, milliseconds)
  }

  /** Connects; answers with CONNACK's return code and whether there was a session. */
  async connect(options: packets.ConnectOptions): Promise<{ returnCode: number; sessionPresent: boolean }> {
    if (this.socket.connecting) await once(this.socket, 'connect')
    this.send(packets.connect(options))
    const { body } = await this.next('connack')
    return { returnCode: body[1] as number, sessionPresent: body[0] === 1 }
  }

  /** Subscribes; answers with the return codes of SUBACK. */
  async subscribe(...filters: [filter: string, qos: packets.QoS][]): Promise<number[]> {
    this.send(packets.subscribe(1, ...filters))
    return [...(await this.next('suback')).body.subarray(2)]
  }

  /** What was published to it so far. */
  publications(): Publication[] {
    return this.received.filter(({ type }) => type === types.publish).map(readPublication)
  }

  async disconnect(): Promise<void> {
    this.send(packets.disconnect)
    await this.closed()
  }

  #take(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk])
    for (;;) {
      let length = 0
      let at = 1
      for (let shift = 0; ; shift += 7) {
        const digit = this.#held[at++]
        if (digit === undefined) return
        length += (digit & 0x7f) << shift
        if (digit < 0x80) break
      }
      if (this.#held.length < at + length) return
      const first = this.#held[0] as number
      const one = { type: first >> 4, flags: first & 15, body: this.#held.subarray(at, at + length) }
      this.#held = this.#held.subarray(at + length)
      this.received.push(one)
      if (this.answers) this.#answer(one)
      this.#wake()
    }
  }

  #answer(one: Received): void {
    if (one.type === types.publish) {
      const { qos, id = 0 } = readPublication(one)
      if (qos === 1) this.send(packets.puback(id))
      if (qos === 2) this.send(packets.pubrec(id))
    } else if (one.type === types.pubrel) this.send(packets.pubcomp(one.body.readUInt16BE(0)))
    else if (one.type === types.pubrec) this.send(packets.pubrel(one.body.readUInt16BE(0)))
  }

  #wake(): void {
    for (const wake of [...this.#wakes]) wake()
  }
}

function readPublication({ flags, body }: Received): Publication {
  const qos = (flags >> 1) & 3
  const topicEnd = 2 + body.readUInt16BE(0)
  return {
    topic: body.toString('utf8', 2, topicEnd),
    payload: body.toString('utf8', qos > 0 ? topicEnd + 2 : topicEnd),
    qos,
    retain: (flags & 1) !== 0,
    dup: (flags & 8) !== 0,
    id: qos > 0 ? body.readUInt16BE(topicEnd) : undefined
  }
}

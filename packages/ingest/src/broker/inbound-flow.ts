import type { Socket } from 'node:net'
import type { MessageRate } from './message-rate.ts'
import type { PacketFault } from './packet-fault.ts'
import { createPacketFramer, type Framed } from './packet-framer.ts'
import type { ReadGate } from './read-gate.ts'

export interface InboundFlow {
  /** The CONNECT was accepted: what is behind it may be read. */
  accepted(): void
  /** From here on it is read no faster than this. */
  limitTo(rate: MessageRate): void
  /** One of its publishes is decided. */
  settled(): void
}

/**
 * Stands between a socket and the broker's parser, and bounds what one client has under way: the length of its packets,
 * how many of its publishes wait for the disk, and how many it sends a second. aedes reads a socket only by `read()`,
 * whenever it has dealt with all that it read before; this answers null in its place and wakes it later, so that TCP
 * holds the sender back.
 */
export function createInboundFlow({
  socket,
  gate,
  maxPacketBytes,
  maxUnderWay,
  onFault
}: {
  socket: Socket
  gate: ReadGate
  maxPacketBytes: number
  /** Publishes of this client that are not yet decided. */
  maxUnderWay: number
  /** Told what was wrong; the connection is then closed. */
  onFault: (fault: PacketFault) => void
}): InboundFlow {
  const framer = createPacketFramer({ maxPacketBytes })
  const readSocket = socket.read.bind(socket)
  let rate: MessageRate | undefined
  let underWay = 0
  let isConnecting = false
  let isFull = false
  let timer: NodeJS.Timeout | undefined

  const wake = () => {
    timer = undefined
    if (!socket.destroyed) socket.emit('readable')
  }
  socket.once('close', () => {
    clearTimeout(timer)
    gate.forget(wake)
  })

  /** Whether something holds it back; it is then woken when that has passed. */
  const isHeld = (): boolean => {
    if (isConnecting || timer !== undefined) return true
    if (!gate.open) {
      gate.whenOpen(wake)
      return true
    }
    isFull = underWay >= maxUnderWay
    if (isFull) return true
    if (rate === undefined || rate.allowed > 0) return false
    timer = setTimeout(wake, rate.wait)
    return true
  }

  const next = (): Framed | undefined => {
    for (;;) {
      const framed = framer.take(maxUnderWay - underWay, rate?.allowed ?? Number.POSITIVE_INFINITY)
      if (framed.bytes !== undefined || framer.fault !== undefined) return framed
      const chunk: Buffer | null = readSocket()
      if (chunk === null) return undefined
      framer.push(chunk)
    }
  }

  const end = (fault: PacketFault) => {
    onFault(fault)
    if (fault.returnCode === undefined) socket.destroy()
    else socket.end(Buffer.from([0x20, 2, 0, fault.returnCode]), () => socket.destroy())
  }

  socket.read = (size?: number) => {
    // By this Node asks for more from below; nothing is taken.
    if (size === 0) return readSocket(0)
    if (socket.destroyed || socket.writableEnded || isHeld()) return null
    const framed = next()
    if (framed?.bytes === undefined) {
      // What came before it is decided first.
      if (framer.fault !== undefined && underWay === 0) end(framer.fault)
      return null
    }
    underWay += framed.publishes
    rate?.take(framed.requests)
    isConnecting = framed.connect
    return framed.bytes
  }

  return {
    accepted() {
      isConnecting = false
      setImmediate(wake)
    },
    limitTo(given) {
      rate = given
    },
    settled() {
      underWay--
      if (framer.fault !== undefined && underWay === 0) setImmediate(wake)
      if (isFull && underWay <= maxUnderWay / 2) {
        isFull = false
        setImmediate(wake)
      }
    }
  }
}

import { type PacketFault, packetFault, packetTypes } from './packet-fault.ts'

/** Whole packets, ready for the parser, and how many of them count against the client's bounds. */
export type Framed = {
  bytes: Buffer | undefined
  publishes: number
  /** Publishes, subscriptions and pings: what makes work by itself. */
  requests: number
  /** It is a CONNECT, which comes alone. */
  connect: boolean
}

export interface PacketFramer {
  push(chunk: Buffer): void
  /**
   * The next whole packets, at most so many of them publishes and requests; none where the next is not whole yet. A CONNECT
   * comes alone, for what is behind it depends on whether it is accepted.
   */
  take(publishes: number, requests: number): Framed
  /** What is wrong with the packet behind those that were taken: nothing after it is read any more. */
  readonly fault: PacketFault | undefined
}

/** A CONNECT has a will of at most 64 kB and a few short texts; whoever sends more is not known yet. */
const maxConnectBytes = 100_000
/** SUBSCRIBE and all others but PUBLISH. */
const maxControlBytes = 65_536

/**
 * Cuts what comes from a client into packets and judges each, before the library's parser sees any of it: the parser would
 * gather up to 256 MB for one announced packet, and hands everything that one read brings to the broker at once. Here a
 * packet that is announced as too long ends the connection at its first bytes, and no more is held than one packet.
 */
export function createPacketFramer({ maxPacketBytes }: { maxPacketBytes: number }): PacketFramer {
  let parts: Buffer[] = []
  let held = 0
  /** Bytes that the first packet held needs to be whole. */
  let needed = 2
  let connected = false
  let fault: PacketFault | undefined

  const limitOf = (type: number) => {
    if (type === packetTypes.connect) return Math.min(maxPacketBytes, maxConnectBytes)
    return type === packetTypes.publish ? maxPacketBytes : Math.min(maxPacketBytes, maxControlBytes)
  }

  /** Looks at the packet that begins at `at`: its end and body, or a fault, or undefined where it is not whole yet. */
  const look = (all: Buffer, at: number) => {
    const header = readHeader(all, at)
    if (header === 'too-long') {
      fault = { message: 'a length of more than four bytes' }
      return undefined
    }
    if (header === undefined) {
      needed = all.length - at + 1
      return undefined
    }
    const first = all[at] as number
    const end = header.bodyAt + header.length
    if (header.length > limitOf(first >> 4)) {
      fault = { message: `a packet of ${header.length} bytes, which is too long` }
    } else if (first >> 4 === packetTypes.connect ? connected : !connected) {
      // [MQTT-3.1.0-1], [MQTT-3.1.0-2]
      fault = { message: connected ? 'a second CONNECT' : 'a packet before the CONNECT' }
    } else if (end > all.length) {
      needed = end - at
    } else {
      fault = packetFault(first, all.subarray(header.bodyAt, end))
      return fault === undefined ? { type: first >> 4, end } : undefined
    }
    return undefined
  }

  return {
    push(chunk) {
      parts.push(chunk)
      held += chunk.length
    },
    take(maxPublishes, maxRequests) {
      const framed: Framed = { bytes: undefined, publishes: 0, requests: 0, connect: false }
      if (fault !== undefined || held < needed) return framed
      const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
      let at = 0
      needed = 2
      while (at < all.length && framed.publishes < maxPublishes && framed.requests < maxRequests) {
        const packet = look(all, at)
        if (packet === undefined) break
        at = packet.end
        if (packet.type === packetTypes.publish) framed.publishes++
        if (isRequest(packet.type)) framed.requests++
        if (packet.type === packetTypes.connect) {
          connected = true
          framed.connect = true
          break
        }
      }
      held = all.length - at
      parts = held > 0 ? [at === 0 ? all : all.subarray(at)] : []
      if (at > 0) framed.bytes = all.subarray(0, at)
      return framed
    },
    get fault() {
      return fault
    }
  }
}

function isRequest(type: number): boolean {
  const { publish, subscribe, unsubscribe, pingreq } = packetTypes
  return type === publish || type === subscribe || type === unsubscribe || type === pingreq
}

/** The remaining length [MQTT-2.2.3]: up to four bytes, seven bits each, the lowest first. */
function readHeader(all: Buffer, at: number): { length: number; bodyAt: number } | 'too-long' | undefined {
  let length = 0
  for (let i = 0; i < 4; i++) {
    const byte = all[at + 1 + i]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 128 ** i
    if (byte < 0x80) return { length, bodyAt: at + 2 + i }
  }
  return 'too-long'
}

import { isUtf8 } from 'node:buffer'

/** What is wrong with a packet; where the protocol has an answer to it, the return code of a CONNACK. */
export type PacketFault = { message: string; returnCode?: number }

/** The types of packet that a client may send [MQTT-2.2.1]. */
export const packetTypes = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14
} as const

const { connect, publish, puback, pubrec, pubrel, pubcomp, subscribe, unsubscribe, pingreq, disconnect } = packetTypes

/**
 * What MQTT 3.1.1 forbids in a packet, or undefined where it is well-formed. The parser of the broker's library lets much
 * of it pass (a packet id of 0 or none at all, a SUBSCRIBE without a filter, a will of QoS 3, ill-formed UTF-8), and some
 * of that would end other clients' connections when it is handed on.
 * @param first the first byte: type and flags
 * @param body what follows the fixed header
 */
export function packetFault(first: number, body: Buffer): PacketFault | undefined {
  const message = faultOf(first, body)
  return typeof message === 'string' ? { message } : message
}

function faultOf(first: number, body: Buffer): string | PacketFault | undefined {
  const flags = first & 0x0f
  switch (first >> 4) {
    case connect:
      return flags === 0 ? connectFault(body) : 'flags of a CONNECT'
    case publish:
      return publishFault(flags, body)
    case puback:
    case pubrec:
    case pubcomp:
      return flags === 0 ? acknowledgementFault(body) : 'flags of an acknowledgement'
    case pubrel:
      return flags === 2 ? acknowledgementFault(body) : 'flags of a PUBREL'
    case subscribe:
      return flags === 2 ? filtersFault(body, true) : 'flags of a SUBSCRIBE'
    case unsubscribe:
      return flags === 2 ? filtersFault(body, false) : 'flags of an UNSUBSCRIBE'
    case pingreq:
    case disconnect:
      return first & 0x0f || body.length > 0 ? 'a packet that has neither flags nor a body' : undefined
    default:
      return 'a packet that no client sends'
  }
}

function acknowledgementFault(body: Buffer): string | undefined {
  // [MQTT-2.3.1-1]
  return body.length === 2 && body.readUInt16BE(0) > 0 ? undefined : 'an acknowledgement without a packet id'
}

function publishFault(flags: number, body: Buffer): string | undefined {
  const qos = (flags >> 1) & 3
  if (qos === 3) return 'a PUBLISH of QoS 3'
  if (qos === 0 && flags & 8) return 'a PUBLISH of QoS 0 that claims to be a repeat'
  const end = endOfText(body, 0)
  if (end === undefined) return 'the topic of a PUBLISH'
  if (!isTopic(body.subarray(2, end))) return 'the topic of a PUBLISH'
  if (qos === 0) return undefined
  return end + 2 <= body.length && body.readUInt16BE(end) > 0 ? undefined : 'a PUBLISH without a packet id'
}

function filtersFault(body: Buffer, withQos: boolean): string | undefined {
  if (body.length < 2 || body.readUInt16BE(0) === 0) return 'a subscription without a packet id'
  let at = 2
  // [MQTT-3.8.3-3], [MQTT-3.10.3-2]
  if (at === body.length) return 'a subscription without a filter'
  while (at < body.length) {
    const end = endOfText(body, at)
    if (end === undefined || !isFilter(body.toString('utf8', at + 2, end))) return 'a topic filter'
    at = end
    if (!withQos) continue
    const qos = body[at++]
    // [MQTT-3.8.3-4]
    if (qos === undefined || qos > 2) return 'the QoS of a subscription'
  }
  return undefined
}

function connectFault(body: Buffer): string | PacketFault | undefined {
  const nameEnd = endOfText(body, 0)
  if (nameEnd === undefined) return 'the name of the protocol'
  const name = body.toString('utf8', 2, nameEnd)
  if (name !== 'MQTT' && name !== 'MQIsdp') return 'the name of the protocol'
  const level = body[nameEnd]
  const flags = body[nameEnd + 1]
  if (level === undefined || flags === undefined || body.length < nameEnd + 4) return 'a CONNECT that ends early'
  // Bridges set the highest bit. What is none of 3.1 and 3.1.1 is told so [MQTT-3.1.2-2].
  if ((level & 0x7f) !== 3 && (level & 0x7f) !== 4) return { message: 'another version of MQTT', returnCode: 1 }
  if (flags & 1) return 'the reserved flag of a CONNECT'
  const hasWill = (flags & 4) !== 0
  if (!hasWill && flags & 0x38) return 'flags of a will where there is none'
  if ((flags & 0x18) === 0x18) return 'a will of QoS 3'
  // [MQTT-3.1.2-22]
  if (flags & 0x40 && !(flags & 0x80)) return 'a password without a user name'

  let at = nameEnd + 4
  const text = (check: (bytes: Buffer) => boolean): boolean => {
    const end = endOfText(body, at)
    if (end === undefined || !check(body.subarray(at + 2, end))) return false
    at = end
    return true
  }
  const bytes = (): boolean => {
    const end = endOfBytes(body, at)
    if (end === undefined) return false
    at = end
    return true
  }
  if (!text(() => true)) return 'the client id'
  if (hasWill && !text(isTopic)) return 'the topic of a will'
  if (hasWill && !bytes()) return 'the payload of a will'
  if (flags & 0x80 && !text(() => true)) return 'the user name'
  if (flags & 0x40 && !bytes()) return 'the password'
  return at === body.length ? undefined : 'a CONNECT with something behind its end'
}

/** Where bytes that are preceded by their length end. */
function endOfBytes(body: Buffer, at: number): number | undefined {
  if (at + 2 > body.length) return undefined
  const end = at + 2 + body.readUInt16BE(at)
  return end <= body.length ? end : undefined
}

/** As above, of text: UTF-8 without surrogates and without U+0000 [MQTT-1.5.3-1], [MQTT-1.5.3-2]. */
function endOfText(body: Buffer, at: number): number | undefined {
  const end = endOfBytes(body, at)
  if (end === undefined) return undefined
  const text = body.subarray(at + 2, end)
  return text.indexOf(0) < 0 && isUtf8(text) ? end : undefined
}

const plus = 0x2b
const hash = 0x23

/** Not empty, and without wildcards [MQTT-3.3.2-2]. */
function isTopic(bytes: Buffer): boolean {
  return bytes.length > 0 && bytes.indexOf(plus) < 0 && bytes.indexOf(hash) < 0
}

/** Wildcards stand alone in their level, and `#` in the last [MQTT-4.7.1-2], [MQTT-4.7.1-3]. */
function isFilter(filter: string): boolean {
  if (filter === '') return false
  if (!/[+#]/.test(filter)) return true
  const levels = filter.split('/')
  return levels.every((level, i) => !/[+#]/.test(level) || level === '+' || (level === '#' && i === levels.length - 1))
}

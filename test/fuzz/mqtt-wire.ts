/** MQTT 3.1.1 packets as bytes, written by hand so that anything can stand in them. */

function remainingLength(length: number): Buffer {
  const bytes: number[] = []
  let rest = length
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return Buffer.from(bytes)
}

function packet(header: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([header]), remainingLength(body.length), body])
}

/** A string or bytes with their length in two bytes in front; what is longer than 65,535 is cut. */
function field(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as Uint8Array).subarray(0, 65_535)
  return Buffer.concat([twoBytes(bytes.length), bytes])
}

function twoBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value & 0xffff)
  return bytes
}

export function connectPacket(device: string, password: string, clientId = ''): Buffer {
  return packet(0x10, field('MQTT'), Buffer.from([4, 0xc2, 0, 0]), field(clientId), field(device), field(password))
}

/** With a will, which a broker publishes for a client that is cut off. */
export function connectWithWill(device: string, password: string, topic: string, will: Uint8Array): Buffer {
  const flags = Buffer.from([4, 0xce, 0, 60])
  return packet(0x10, field('MQTT'), flags, field('w'), field(topic), field(will), field(device), field(password))
}

export function publishPacket(topic: string | Uint8Array, payload: Uint8Array, id: number, flags = 0x02): Buffer {
  const withId = (flags & 0x06) === 0 ? Buffer.alloc(0) : twoBytes(id)
  return packet(0x30 | flags, field(topic), withId, payload)
}

export function subscribePacket(filter: string, id: number): Buffer {
  return packet(0x82, twoBytes(id), field(filter), Buffer.from([1]))
}

export function unsubscribePacket(filter: string, id: number): Buffer {
  return packet(0xa2, twoBytes(id), field(filter))
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP. */
export function answerPacket(kind: 4 | 5 | 6 | 7, id: number): Buffer {
  return packet((kind << 4) | (kind === 6 ? 2 : 0), twoBytes(id))
}

export const pingPacket = Buffer.from([0xc0, 0])
export const disconnectPacket = Buffer.from([0xe0, 0])

/** Reads what a broker sends: calls back with the kind of each whole packet and its body. */
export function createPacketReader(onPacket: (kind: number, body: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    for (;;) {
      let length = 0
      let at = 1
      for (; at < 5; at++) {
        const byte = held[at]
        if (byte === undefined) return
        length += (byte & 0x7f) * 128 ** (at - 1)
        if (byte < 0x80) break
      }
      if (held.length < at + 1 + length) return
      onPacket((held[0] ?? 0) >> 4, held.subarray(at + 1, at + 1 + length))
      held = held.subarray(at + 1 + length)
    }
  }
}

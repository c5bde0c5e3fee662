/** MQTT 3.1.1 packets as bytes, also such as no decent client would send. Sections are those of the standard. */

export type QoS = 0 | 1 | 2

/** Type of a packet [2.2.1]. */
export const types = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14
} as const

/** A packet of this first byte, with its remaining length [2.2.3]. */
export function packet(first: number, ...body: Uint8Array[]): Buffer {
  const rest = Buffer.concat(body)
  const length: number[] = []
  for (let left = rest.length; ; ) {
    const digit = left % 128
    left = Math.floor(left / 128)
    length.push(left > 0 ? digit | 0x80 : digit)
    if (left === 0) break
  }
  return Buffer.concat([Buffer.from([first, ...length]), rest])
}

export function number(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

/** Text or bytes behind their length [1.5.3]. */
export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([number(bytes.length), bytes])
}

export type ConnectOptions = {
  clientId?: string
  clean?: boolean
  keepalive?: number
  username?: string
  password?: string
  will?: { topic: string; payload: string | Buffer; qos?: QoS; retain?: boolean }
  level?: number
  name?: string
}

export function connect({
  clientId = '',
  clean = true,
  keepalive = 0,
  username,
  password,
  will,
  level = 4,
  name = 'MQTT'
}: ConnectOptions = {}): Buffer {
  let flags = clean ? 2 : 0
  if (will) flags |= 4 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0)
  if (username !== undefined) flags |= 0x80
  if (password !== undefined) flags |= 0x40
  return packet(
    0x10,
    text(name),
    Buffer.from([level, flags]),
    number(keepalive),
    text(clientId),
    ...(will ? [text(will.topic), text(will.payload)] : []),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [text(password)])
  )
}

export function publish(
  topic: string,
  payload: string | Buffer,
  { qos = 0, id, retain = false, dup = false }: { qos?: QoS; id?: number; retain?: boolean; dup?: boolean } = {}
): Buffer {
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  return packet(first, text(topic), ...(id === undefined ? [] : [number(id)]), Buffer.from(payload as string))
}

export function subscribe(id: number, ...filters: [filter: string, qos: QoS][]): Buffer {
  return packet(0x82, number(id), ...filters.flatMap(([filter, qos]) => [text(filter), Buffer.from([qos])]))
}

export function unsubscribe(id: number, ...filters: string[]): Buffer {
  return packet(0xa2, number(id), ...filters.map(text))
}

export const puback = (id: number) => packet(0x40, number(id))
export const pubrec = (id: number) => packet(0x50, number(id))
export const pubrel = (id: number) => packet(0x62, number(id))
export const pubcomp = (id: number) => packet(0x70, number(id))
export const pingreq = packet(0xc0)
export const disconnect = packet(0xe0)

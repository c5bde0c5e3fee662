import { crc32 } from 'node:zlib'

// The numbers of an entry as eight-byte floats: formatting them as text would cost more than all the rest.
const head = new Float64Array(7)
const headBytes = new Uint8Array(head.buffer)

/**
 * CRC-32 over everything that an entry says. `body` is entity, source, id and payload one after the other; their
 * lengths are in the head, so that a boundary cannot move. The size of the hole before an entry is not covered: it
 * changes when retention cuts, and is held by the contiguity of offsets instead.
 */
export function entryChecksum(
  offset: number,
  kind: number,
  receivedAt: number,
  fingerprint: number,
  entityLength: number,
  sourceLength: number,
  idLength: number,
  body: string
): number {
  head[0] = offset
  head[1] = kind
  head[2] = receivedAt
  head[3] = fingerprint
  head[4] = entityLength
  head[5] = sourceLength
  head[6] = idLength
  return crc32(body, crc32(headBytes))
}

/** CRC-32 of a named record: a view's snapshot, a line of the journal's own notes. */
export function recordChecksum(name: string, ...parts: (string | number | null)[]): number {
  return crc32(JSON.stringify([name, ...parts]))
}

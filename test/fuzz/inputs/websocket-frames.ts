import fc from 'fast-check'
import { deepText, jsonText } from './json-text.ts'

/** A frame of RFC 6455 as a client sends it, masked unless told otherwise. */
function frame({ opcode, payload, fin = true, masked = true, reserved = 0, length = payload.length }: Frame): Buffer {
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  const size =
    length < 126
      ? Buffer.from([length])
      : length < 65_536
        ? Buffer.from([126, length >> 8, length & 0xff])
        : Buffer.from([
            127,
            0,
            0,
            0,
            0,
            (length >>> 24) & 0xff,
            (length >>> 16) & 0xff,
            (length >>> 8) & 0xff,
            length & 0xff
          ])
  if (!masked) return Buffer.concat([Buffer.from([first]), size, payload])
  size[0] = (size[0] ?? 0) | 0x80
  const mask = Buffer.from([7, 11, 13, 17])
  const hidden = Buffer.from(payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)))
  return Buffer.concat([Buffer.from([first]), size, mask, hidden])
}
type Frame = { opcode: number; payload: Buffer; fin?: boolean; masked?: boolean; reserved?: number; length?: number }

const helloText = fc.oneof(
  fc.constantFrom(
    '{"type":"hello"}',
    '{"type":"hello","epoch":"x","offset":3}',
    '{"type":"ping","at":1}',
    '{"type":"ping","at":1e999}'
  ),
  fc.constantFrom(
    '{"type":"hello","offset":9007199254740993}',
    '{"type":"hello","epoch":null}',
    '{"type":"__proto__"}',
    '{"type":"ping"}',
    '[]',
    ''
  ),
  fc.tuple(jsonText, jsonText).map(([a, b]) => `{"type":"hello","epoch":${a},"offset":${b}}`)
)
const text = fc.oneof(
  { weight: 4, arbitrary: helloText },
  { weight: 3, arbitrary: jsonText },
  { weight: 1, arbitrary: deepText }
)
const bytes = fc.uint8Array({ maxLength: 40 }).map((all) => Buffer.from(all))

export const helloFrame = frame({ opcode: 1, payload: Buffer.from('{"type":"hello"}') })

export const anyFrame: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 10, arbitrary: text.map((all) => frame({ opcode: 1, payload: Buffer.from(all) })) },
  { weight: 2, arbitrary: bytes.map((payload) => frame({ opcode: 1, payload })) },
  { weight: 2, arbitrary: bytes.map((payload) => frame({ opcode: 2, payload })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bytes, fc.constantFrom(0, 3, 8, 9, 10, 11, 15))
      .map(([payload, opcode]) => frame({ opcode, payload }))
  },
  { weight: 1, arbitrary: bytes.map((payload) => frame({ opcode: 1, payload, fin: false })) },
  { weight: 1, arbitrary: bytes.map((payload) => frame({ opcode: 1, payload, masked: false })) },
  {
    weight: 1,
    arbitrary: fc.tuple(bytes, fc.nat(7)).map(([payload, reserved]) => frame({ opcode: 1, payload, reserved }))
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(bytes, fc.constantFrom(4_097, 65_536, 2 ** 31, 2 ** 32 - 1))
      .map(([payload, length]) => frame({ opcode: 2, payload, length }))
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(4_096, 5_000, 100_000)
      .map((size) => frame({ opcode: 1, payload: Buffer.alloc(size, '7') }))
  },
  { weight: 1, arbitrary: bytes }
)

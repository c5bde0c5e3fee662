import fc from 'fast-check'

/** One change to some bytes; places are fractions of the length, so that one list of changes fits any bytes. */
type Change =
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'put'; at: number; bytes: Uint8Array }
  | { kind: 'over'; at: number; bytes: Uint8Array }
  | { kind: 'cut'; at: number; length: number }
  | { kind: 'repeat'; at: number; length: number; times: number }
  | { kind: 'end'; at: number }

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
/** Bytes that parsers stumble over: borders of UTF-8, of lengths, of JSON. */
const telling = fc.constantFrom(
  ...[
    '00',
    'ff',
    '80',
    'c080',
    'eda080',
    'f4908080',
    'efbbbf',
    'fffe',
    '7f',
    'ffffff7f',
    '22',
    '5c7564383030',
    '7b',
    '5d'
  ].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')))
)
const someBytes = fc.oneof(telling, fc.uint8Array({ maxLength: 12 }))

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('put' as const), at: place, bytes: someBytes }),
  fc.record({ kind: fc.constant('over' as const), at: place, bytes: someBytes }),
  fc.record({ kind: fc.constant('cut' as const), at: place, length: fc.nat(20) }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, length: fc.nat(20), times: fc.nat(30) }),
  fc.record({ kind: fc.constant('end' as const), at: place })
)

function apply(bytes: Buffer, made: Change): Buffer {
  const at = Math.floor(made.at * bytes.length)
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (made.kind) {
    case 'flip': {
      const flipped = Buffer.from(bytes)
      if (flipped.length > 0) flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << made.bit), at)
      return flipped
    }
    case 'put':
      return Buffer.concat([head, made.bytes, tail])
    case 'over':
      return Buffer.concat([head, made.bytes, tail.subarray(made.bytes.length)])
    case 'cut':
      return Buffer.concat([head, tail.subarray(made.length)])
    case 'repeat':
      return Buffer.concat([head, ...Array.from({ length: made.times }, () => tail.subarray(0, made.length)), tail])
    case 'end':
      return Buffer.from(head)
  }
}

/** Bytes that were right, with up to `most` changes made to them. */
export function mutated(right: fc.Arbitrary<Buffer>, most = 4): fc.Arbitrary<Buffer> {
  return fc
    .tuple(right, fc.array(change, { minLength: 1, maxLength: most }))
    .map(([bytes, changes]) => changes.reduce(apply, bytes))
}

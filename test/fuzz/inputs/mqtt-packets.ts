import fc from 'fast-check'
import {
  answerPacket,
  connectPacket,
  connectWithWill,
  disconnectPacket,
  pingPacket,
  publishPacket,
  subscribePacket,
  unsubscribePacket
} from '../mqtt-wire.ts'
import { mutated } from './mutate-bytes.ts'
import { payload } from './payloads.ts'
import { anyTopic } from './topics.ts'

const id = fc.constantFrom(0, 1, 2, 65_535)
const own = 'city/centre/traffic/cab-1/obs'
const topic = fc.oneof(fc.constant(own), anyTopic)

/** Packets that are right in form. */
const rightPacket = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(topic, payload, id, fc.constantFrom(0, 2, 4, 3, 10, 12)).map((all) => publishPacket(...all))
  },
  { weight: 2, arbitrary: fc.tuple(topic, id).map((all) => subscribePacket(...all)) },
  { weight: 1, arbitrary: fc.tuple(topic, id).map((all) => unsubscribePacket(...all)) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(4, 5, 6, 7), id).map((all) => answerPacket(...all)) },
  { weight: 1, arbitrary: fc.constantFrom(pingPacket, disconnectPacket) }
)
/** Packets that announce more than there is, have no end to their length, or are of no kind. */
const wrongPacket = fc.oneof(
  fc
    .constantFrom(
      '30ffffff7f',
      '30ffffffffff',
      '10ffffff7f00044d515454',
      '00',
      'f000',
      '3000',
      '36020000',
      '8200',
      '820200010000',
      'a200',
      '4000',
      '6200',
      '62020000'
    )
    .map((hex) => Buffer.from(hex, 'hex')),
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(70_000, 400_000).map((size) => Buffer.concat([Buffer.from('30ffffff7f', 'hex'), Buffer.alloc(size)]))
)
export const anyPacket: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: mutated(rightPacket, 3) },
  { weight: 3, arbitrary: rightPacket },
  { weight: 1, arbitrary: wrongPacket }
)

/** How a connection begins: right, changed, twice, or not at all. */
export function anyBeginning(device: string, secret: string): fc.Arbitrary<{ right: boolean; bytes: Buffer }> {
  const right = connectPacket(device, secret)
  const withWill = fc.tuple(topic, payload).map(([where, what]) => connectWithWill(device, secret, where, what))
  const others = fc.constantFrom(
    ...[
      '101000064d51497364700302003c0002',
      '100c00044d5154540502003c0000',
      '100c00044d5154540402003c0000',
      '100e00044d515454040000000002c080'
    ].map((hex) => Buffer.from(hex, 'hex'))
  )
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant({ right: true, bytes: right }) },
    { weight: 1, arbitrary: withWill.map((bytes) => ({ right: true, bytes })) },
    { weight: 2, arbitrary: mutated(fc.oneof(fc.constant(right), withWill)).map((bytes) => ({ right: false, bytes })) },
    { weight: 1, arbitrary: fc.constant({ right: false, bytes: Buffer.alloc(0) }) },
    { weight: 1, arbitrary: others.map((bytes) => ({ right: false, bytes })) },
    { weight: 1, arbitrary: fc.constant({ right: true, bytes: Buffer.concat([right, right]) }) }
  )
}

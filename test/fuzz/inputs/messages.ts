import fc from 'fast-check'
import { type FuzzMessage, fuzzRegister } from '../pipeline-city.ts'
import { hugePayload, payload } from './payloads.ts'
import { anyTopic } from './topics.ts'

const devices = fuzzRegister.devices ?? []
const speaker = fc.constantFrom(...devices.map(({ id }) => id), 'gateway')

function ownTopic(device: string, channel: string): string {
  const domain = devices.find(({ id }) => id === device)?.domain
  return domain === undefined ? `plain/${channel}` : `city/lumen/${domain}/${device}/${channel}`
}

const statusPayload = fc.constantFrom(
  '{"status":"online"}',
  '{"status":"offline","softwareVersion":"1.2"}',
  '{"status":"away"}'
)
const spatPayload = fc.constantFrom(
  '{"dateObserved":"2026-05-04T08:15:01Z","revision":1,"control":"isolated","states":[]}',
  '{"dateObserved":"2026-05-04T08:15:01Z","revision":1,"states":[{"signalGroup":1,"state":"dark","minEndTime":"x"}]}'
)

const message: fc.Arbitrary<FuzzMessage> = speaker.chain((device) =>
  fc.record({
    device: fc.constant(device),
    topic: fc.oneof(
      { weight: 60, arbitrary: fc.constant(ownTopic(device, 'obs')) },
      { weight: 5, arbitrary: fc.constantFrom('status', 'ack', 'spat').map((channel) => ownTopic(device, channel)) },
      { weight: 3, arbitrary: fc.constantFrom('lorawan/lumen/bin-1/up', 'lists/one', 'plain/x', 'lists/\ud800') },
      { weight: 3, arbitrary: fc.constantFrom(...devices.map(({ id }) => ownTopic(id, 'obs')), '$SYS/broker/uptime') },
      { weight: 1, arbitrary: anyTopic }
    ),
    payload: fc.oneof(
      { weight: 2_000, arbitrary: payload },
      { weight: 100, arbitrary: fc.oneof(statusPayload, spatPayload).map((text) => Buffer.from(text)) },
      { weight: 1, arbitrary: hugePayload }
    )
  })
)
const uplink: fc.Arbitrary<FuzzMessage> = fc.record({
  device: fc.constant('gateway'),
  topic: fc.constantFrom('lorawan/lumen/bin-1/up', 'lorawan/x/y/up', 'lists/one'),
  payload
})

/** As a device that is well says it: among all that is wrong, it must get through. */
const good: fc.Arbitrary<FuzzMessage> = fc
  .tuple(
    fc.constantFrom(['bin-1', 'fillingLevel'], ['park-1', 'availableSpotNumber'], ['cab-1', 'intensity']),
    fc.date({ min: new Date('2025-01-01'), max: new Date('2026-01-01'), noInvalidDate: true }),
    fc.nat(1)
  )
  .map(([[device = '', attribute = ''], date, value]) => {
    const entity = device === 'cab-1' ? { id: 'det-1' } : {}
    const reading = { ...entity, dateObserved: date.toISOString(), [attribute]: value }
    return { device, topic: ownTopic(device, 'obs'), payload: Buffer.from(JSON.stringify(reading)) }
  })

export const anyMessage: fc.Arbitrary<FuzzMessage> = fc.oneof(
  { weight: 4, arbitrary: message },
  { weight: 1, arbitrary: good },
  { weight: 1, arbitrary: uplink }
)

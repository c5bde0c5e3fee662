import fc from 'fast-check'
import { deepText, jsonText, readingText } from './json-text.ts'
import { mutated } from './mutate-bytes.ts'

const toBytes = (text: string) => Buffer.from(text)
const several = fc.array(readingText, { minLength: 2, maxLength: 8 }).map((all) => `[${all.join(',')}]`)

/** An uplink as network servers send it: for feeds. */
export const uplinkText = fc
  .tuple(
    fc.constantFrom('bin-1', 'bin-2', 'nobody', '__proto__'),
    fc.constantFrom('2026-05-04T08:15:01Z', 'yesterday', '2026-05-04T08:15:01.123456Z'),
    fc.oneof(fc.integer({ min: 0, max: 100 }).map(String), jsonText),
    fc.option(jsonText)
  )
  .map(([name, time, fill, more]) =>
    [
      `{"deviceInfo":{"deviceName":"${name}"},"time":"${time}","fCnt":${fill}`,
      fill.length % 3 === 0 ? '' : `,"object":{"fill_percent":${fill},"temperature":21}`,
      more === null ? '' : `,"rxInfo":${more}`,
      '}'
    ].join('')
  )

/** Payloads on their limits: 1,000 readings and one more, 64 kB and one byte more, and far beyond. */
const onTheLimit = fc.constantFrom<() => Buffer>(
  () => toBytes(`[${Array.from({ length: 1_000 }, () => '{}').join(',')}]`),
  () => toBytes(`[${Array.from({ length: 1_001 }, () => '1').join(',')}]`),
  () => toBytes(`"${'x'.repeat(65_534)}"`),
  () => toBytes(`"${'x'.repeat(65_535)}"`),
  () => Buffer.alloc(65_536),
  () => Buffer.alloc(300_000, '['),
  () => Buffer.alloc(0),
  () => toBytes(`{${Array.from({ length: 4_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`)
)

/** Beyond the packet limit: the connection ends. */
export const hugePayload = fc.constantFrom(1_100_000, 10_000_000).map((size) => Buffer.alloc(size, '7'))

export const payload: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 30, arbitrary: readingText.map(toBytes) },
  { weight: 15, arbitrary: mutated(readingText.map(toBytes)) },
  { weight: 12, arbitrary: uplinkText.map(toBytes) },
  { weight: 8, arbitrary: mutated(uplinkText.map(toBytes)) },
  { weight: 12, arbitrary: jsonText.map(toBytes) },
  { weight: 8, arbitrary: several.map(toBytes) },
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 2, arbitrary: deepText.map(toBytes) },
  { weight: 1, arbitrary: onTheLimit.map((make) => make()) }
)

import { afterEach, expect, test } from 'vitest'
import { startIngest, type TestIngest, until } from '../testing/start-ingest.ts'

const running: TestIngest[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
})
async function open() {
  const city = await startIngest()
  running.push(city)
  return city
}
const topic = 'lorawan/lumen/a1/up'
const reading = (fillingLevel: number | string, id = 'bin-1') => ({
  type: 'WasteContainer',
  id,
  dateObserved: '2026-05-04T08:15:01Z',
  fillingLevel
})
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

test('it is answered when it is on disk, and not before', async () => {
  const { ingest, journal } = await open()
  journal.hold()
  let answered = false
  const delivery = ingest.receive('lora', topic, bytes(reading(0.5))).finally(() => {
    answered = true
  })
  await until('it is offered to the journal', () => journal.offered === 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(answered).toBe(false)
  journal.release()
  expect(await delivery).toEqual({ accepted: 1, rejected: 0, duplicate: 0, ignored: false, faults: [] })
  expect(journal.entries).toHaveLength(1)
})

test('of several readings each has its fate; what MQTT brought before is a repeat', async () => {
  const { ingest, journal, connect } = await open()
  const several = [reading(0.5), reading('full'), reading(0.1, 'bin-9')]
  expect(await ingest.receive('lora', topic, bytes(several))).toEqual({
    accepted: 1,
    rejected: 2,
    duplicate: 0,
    ignored: false,
    faults: [
      { code: 'schema', path: '/1/fillingLevel', message: expect.any(String), index: 1 },
      { code: 'unknown-entity', path: '/2/id', message: expect.any(String), index: 2 }
    ]
  })
  const client = await connect('lora')
  await client.publishAsync(topic, bytes(reading(0.6)), { qos: 1 })
  expect(await ingest.receive('lora', topic, bytes(reading(0.6)))).toMatchObject({ accepted: 0, duplicate: 1 })
  expect(journal.tally()).toEqual({ accepted: 2, rejected: 2, duplicate: 1 })
  expect(await ingest.receive('lora', 'elsewhere/up', bytes(reading(0.6)))).toMatchObject({
    rejected: 1,
    faults: [{ code: 'wrong-topic', path: 'topic' }]
  })
})

test('what cannot be stored is not taken, and may come again', async () => {
  const { ingest, journal } = await open()
  journal.failNext(1)
  await expect(ingest.receive('lora', topic, bytes(reading(0.5)))).rejects.toMatchObject({ code: 'not-stored' })
  journal.setState('full')
  await expect(ingest.receive('lora', topic, bytes(reading(0.5)))).rejects.toMatchObject({ code: 'not-stored' })
  expect(journal.offered).toBe(1)
  journal.setState('ok')
  expect(await ingest.receive('lora', topic, bytes(reading(0.5)))).toMatchObject({ accepted: 1, duplicate: 0 })
})

test('who is admitted: the registered with their secret; wrong ones are limited, and others are not', async () => {
  const { ingest, logged } = await open()
  const admit = (gateway: string, secret: string, address = '192.0.2.1') =>
    ingest.admit(gateway, Buffer.from(secret), address)
  expect(await admit('lora', 'secret-lora')).toBeUndefined()
  expect(await admit('nobody', 'secret-nobody')).toBe('not-registered')
  for (let i = 0; i < 10; i++) expect(await admit('watch', `guess-${i}`)).toBe('wrong-credentials')
  expect(await admit('watch', 'secret-watch')).toBe('throttled')
  expect(await admit('watch', 'secret-watch', '192.0.2.2')).toBeUndefined()
  expect(await admit('lora', 'secret-lora')).toBeUndefined()
  expect(ingest.counts()).toMatchObject({ refusedConnections: 12, throttledConnections: 1 })
  expect(logged.join('\n')).not.toMatch(/guess-|secret-/)
})

test('wrong secrets over HTTP and at the broker use up one allowance', async () => {
  const { ingest, connect } = await open()
  const guess = () => ingest.admit('lora', Buffer.from('a guess'), '127.0.0.1')
  for (let i = 0; i < 10; i++) expect(await guess()).toBe('wrong-credentials')
  await expect(connect('lora', { password: 'a guess' })).rejects.toMatchObject({ code: 5 })
})

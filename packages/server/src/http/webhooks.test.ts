import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { DeliveryAnswer, Health, RadioDevicesAnswer } from '@city-brain/model'
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askCity } from '../control/control-client.ts'
import { controlPath } from '../control/control-path.ts'
import { type Client, signInFirst, startTinyCity, type TestCity } from '../testing/start-tiny-city.ts'
import { changedCity, temporaryFolder } from '../testing/tiny-city.ts'
import type { App, AppParts } from './app.ts'
import { createErrorHandler } from './error-handler.ts'
import { faultCodes } from './fault-codes.ts'
import { webhookRoutes } from './routes/webhook-routes.ts'

const example = resolve(import.meta.dirname, '../../../../cities/examples/lorawan')
const samples = (name: string) =>
  readFileSync(join(example, 'samples', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.stringify(JSON.parse(line).payload))

let city: TestCity
let operator: Client
const secrets: Record<string, string> = {}

beforeAll(async () => {
  city = await startTinyCity({ city: example })
  operator = await signInFirst(city)
  for (const device of ['tts', 'chirpstack']) {
    secrets[device] = (await askCity(controlPath(city.data), 'device-secret', { device })).secret
  }
})
afterAll(() => city.end())

const deliver = (path: string, secret: string | undefined, body: string | Uint8Array, headers: object = {}) =>
  fetch(`${city.url}/api/webhooks/${path}`, {
    method: 'POST',
    body: body as string,
    headers: {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      ...headers
    }
  })
const fates = async (answer: Response) => {
  expect(answer.status).toBe(200)
  return (await answer.json()) as DeliveryAnswer
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code

test('a delivery is a reading when it is answered, and repeats and gaps of its frame counter are known', async () => {
  const answers = []
  for (const body of samples('the-things-stack-decoded')) {
    const { accepted, duplicate, ignored } = await fates(await deliver('tts/up', secrets.tts, body))
    answers.push([accepted, duplicate, ignored])
  }
  expect(answers).toEqual([
    [1, 0, false],
    [1, 0, false],
    [0, 1, false],
    [0, 0, true],
    [1, 0, false]
  ])
  expect(await operator.json('/api/entities/bin-101')).toMatchObject({ latest: { values: { fillingLevel: 0.47 } } })
  expect(await operator.json<RadioDevicesAnswer>('/api/radio-devices')).toEqual({
    devices: 1,
    lost: 2,
    radioDevices: [
      {
        gateway: 'tts',
        device: '70B3D57ED0051A01',
        counter: 5,
        lost: 2,
        starts: 0,
        dateObserved: '2026-05-04T12:00:01.700Z'
      }
    ]
  })
  expect(await operator.json('/api/health')).toMatchObject({ frames: { devices: 1, lost: 2 } })
})

test('the event of the query is the last level of the topic, as ChirpStack says it', async () => {
  const [first = ''] = samples('chirpstack-bytes')
  expect(await fates(await deliver('chirpstack?event=up', secrets.chirpstack, first))).toMatchObject({ accepted: 1 })
})

test('what cannot be accepted is a dead letter, and answered with 200 and the fault', async () => {
  expect(await fates(await deliver('tts/up', secrets.tts, 'no json'))).toMatchObject({
    rejected: 1,
    faults: [{ code: 'not-json' }]
  })
  const [first = ''] = samples('the-things-stack-decoded')
  const stranger = first.replace('"bin-101"', '"bin-999"').replaceAll('70B3D57ED0051A01', '70B3D57ED0051A99')
  expect(await fates(await deliver('tts/up', secrets.tts, stranger))).toMatchObject({
    rejected: 1,
    faults: [{ code: 'unknown-entity', path: '/entity' }]
  })
  expect(await fates(await deliver('tts/up', secrets.tts, ''))).toMatchObject({ faults: [{ code: 'not-json' }] })
  // Whatever the sender says of its bytes, they are looked at as they are.
  const bytes = new Uint8Array([0xff, 0xfe])
  expect(await fates(await deliver('tts/up', secrets.tts, bytes, { 'content-type': 'text/plain' }))).toMatchObject({
    faults: [{ code: 'not-utf8' }]
  })
  expect(await fates(await deliver('tts/up', secrets.tts, ' '.repeat(70_000)))).toMatchObject({
    faults: [{ code: 'payload-too-large' }]
  })
  expect((await deliver('tts/up', secrets.tts, ' '.repeat(1_000_001))).status).toBe(413)
  const { deadLetters } = await operator.json<{ deadLetters: { topic: string; code: string }[] }>(
    '/api/dead-letters?limit=5'
  )
  expect(deadLetters.map(({ code }) => code)).toEqual([
    'payload-too-large',
    'not-utf8',
    'not-json',
    'unknown-entity',
    'not-json'
  ])
  expect(new Set(deadLetters.map(({ topic }) => topic))).toEqual(new Set(['webhook/tts/up']))
})

test('a path that is no topic is refused', async () => {
  for (const path of ['tts/%23', 'tts/a%2Fb/+', 'tts//up', `tts/${'a/'.repeat(9)}b`, 'tts?event=%23']) {
    const answer = await deliver(path, secrets.tts, '{}')
    expect([path, answer.status, await codeOf(answer)]).toEqual([path, 400, 'bad-request'])
  }
})

test('without the right secret nothing is read, and everybody is told the same', async () => {
  const { counters: before, broker } = await operator.json<Health>('/api/health')
  for (const [gateway, secret] of [
    ['tts/up', undefined],
    ['tts/up', 'guess'],
    ['chirpstack/up', secrets.tts],
    ['nobody/up', 'guess'],
    ['No%20id/up', 'guess']
  ] as const) {
    const answer = await deliver(gateway, secret, '{}')
    expect([gateway, answer.status, await codeOf(answer)]).toEqual([gateway, 401, 'wrong-credentials'])
  }
  // A browser's session is no secret.
  const answer = await operator.request('/api/webhooks/tts/up', { method: 'POST', body: '{}' })
  expect(answer.status).toBe(401)
  const after = await operator.json<Health>('/api/health')
  expect(after.counters).toEqual(before)
  // Each of them is counted, also where there was no secret at all, or an id that nobody can have.
  expect(after.broker.refused - broker.refused).toBe(6)
})

test('wrong secrets are limited, told in the audit trail, and never written down', async () => {
  let answer = await deliver('chirpstack/up', 'guess-0', '{}')
  for (let i = 1; i < 15 && answer.status === 401; i++) answer = await deliver('chirpstack/up', `guess-${i}`, '{}')
  expect(answer.status).toBe(429)
  expect(answer.headers.get('retry-after')).toBe('10')
  // The other gateway is not kept out by it.
  const [, second = ''] = samples('the-things-stack-decoded')
  expect(await fates(await deliver('tts/up', secrets.tts, second))).toMatchObject({ duplicate: 1 })
  const log = city.lines.join('\n')
  expect(log).toContain('Connections were refused')
  for (const secret of [...Object.values(secrets), 'guess']) expect(log).not.toContain(secret)
})

test('only a gateway that is registered for it may deliver', async () => {
  const folder = temporaryFolder()
  const other = await startTinyCity({ city: changedCity(folder.path, {}) })
  try {
    for (const device of ['lora', 'bin-1']) {
      const { secret } = await askCity(controlPath(other.data), 'device-secret', { device })
      const answer = await fetch(`${other.url}/api/webhooks/${device}/up`, {
        method: 'POST',
        body: '{}',
        headers: { authorization: `Bearer ${secret}` }
      })
      expect([device, answer.status, await codeOf(answer)]).toEqual([device, 403, 'not-authorised'])
    }
  } finally {
    await other.end()
    folder.remove()
  }
})

test('what can be stored nowhere is answered with 503, and when to send it again', async () => {
  const app: App = fastify().withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  app.setErrorHandler(createErrorHandler({ log: () => {}, faultCodes }))
  // The far side of the fault: a journal on a full disk.
  const deliveries: AppParts['deliveries'] = {
    admit: async () => undefined,
    isOpenTo: () => true,
    receive: () => Promise.reject(Object.assign(new Error('the journal stores nothing now'), { code: 'not-stored' }))
  }
  webhookRoutes(app, { deliveries } as AppParts)
  const headers = { authorization: 'Bearer whatever' }
  const answer = await app.inject({ method: 'POST', url: '/api/webhooks/tts/up', headers, payload: '{}' })
  expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'not-stored', '10'])
  await app.close()
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeviceSecretAnswer, Health, ImportAnswer } from '@city-brain/model'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { askCity } from '../control/control-client.ts'
import { controlPath } from '../control/control-path.ts'
import { type Client, post, signInFirst, startTinyCity, type TestCity } from '../testing/start-tiny-city.ts'
import { changedCity, temporaryFolder, tinyCity } from '../testing/tiny-city.ts'

vi.setConfig({ testTimeout: 60_000 })

const devicesFile =
  `${readFileSync(join(tinyCity, 'devices.yaml'), 'utf8')}  - { id: glass, topics: ["glass/+/up"], entityPrefix: "glass-", certificateSubject: gateway.example }
`.replace('domain: parking', 'domain: parking, certificateSubject: park.example')

let folder: ReturnType<typeof temporaryFolder>
let city: TestCity
let client: Client
beforeAll(async () => {
  folder = temporaryFolder()
  city = await startTinyCity({
    data: join(folder.path, 'data'),
    city: changedCity(folder.path, { 'devices.yaml': devicesFile })
  })
  client = await signInFirst(city)
}, 60_000)
afterAll(async () => {
  await city?.stop()
  folder?.remove()
})

const device = (id: string, certificateSubject: string) => ({
  id,
  area: 'centre',
  domain: 'waste' as const,
  certificateSubject
})

test('a certificate belongs to one: who is registered while the city runs has none of another', async () => {
  const { id } = (await (
    await client.request('/api/devices', post(device('new-1', 'new.example')))
  ).json()) as DeviceSecretAnswer
  expect(id).toBe('new-1')
  for (const [subject, holder] of [
    ['park.example', 'park-1'],
    ['gateway.example', 'glass'],
    ['new.example', 'new-1']
  ] as const) {
    const answer = await client.request('/api/devices', post(device('new-2', subject)))
    expect([answer.status, await answer.json()]).toEqual([
      409,
      expect.objectContaining({
        code: 'conflict',
        path: 'certificateSubject',
        message: `${holder} has that certificate already`
      })
    ])
    await expect(askCity(controlPath(city.data), 'device-add', { device: device('new-2', subject) })).rejects.toThrow(
      `${holder} has that certificate already`
    )
  }
  // Who is revoked holds none any more.
  expect((await client.request('/api/devices/new-1', { method: 'DELETE' })).status).toBe(204)
  expect((await client.request('/api/devices', post(device('new-2', 'new.example')))).status).toBe(201)
})

test('a gateway may speak for assets that only an import brings; until then health says so', async () => {
  const problems = async () => (await client.json<Health>('/api/health')).problems.map(({ en }) => en)
  expect(await problems()).toEqual([
    'No asset has an id that begins with glass-, the entityPrefix of gateway glass: import the assets, or correct devices.yaml'
  ])
  const answer = await client.request('/api/assets/import', {
    method: 'POST',
    body: 'id;name;area;longitude;latitude;storedWasteKind;binCapacity\nglass-1;G;centre;122.001;29.001;glass;1100\n',
    headers: { 'content-type': 'text/csv' }
  })
  expect((await answer.json()) as ImportAnswer).toMatchObject({ applied: true, faults: [], assets: { added: 1 } })
  expect(await problems()).toEqual([])
})

import type {
  ClaimKeyAnswer,
  ClaimKeysAnswer,
  DeviceSecretAnswer,
  DevicesAnswer,
  ImportAnswer,
  ParkingAnswer
} from '@city-brain/model'
import { strToU8, zipSync } from 'fflate'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import {
  type Client,
  createClient,
  ownPassword,
  post,
  signIn,
  signInFirst,
  startTinyCity,
  type TestCity
} from '../testing/start-tiny-city.ts'
import { temporaryFolder } from '../testing/tiny-city.ts'

vi.setConfig({ testTimeout: 60_000 })

let city: TestCity
let client: Client
let folder: ReturnType<typeof temporaryFolder>
beforeAll(async () => {
  folder = temporaryFolder()
  city = await startTinyCity({ data: folder.path })
  client = await signInFirst(city)
}, 60_000)
afterAll(async () => {
  await city?.stop()
  folder?.remove()
})

const answerOf = async <T>(path: string, init: RequestInit): Promise<T> => {
  const answer = await client.request(path, init)
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (answer.status === 204 ? undefined : await answer.json()) as T
}
const faultOf = async (path: string, init: RequestInit, by = client) => {
  const answer = await by.request(path, init)
  const { message, expected } = (await answer.json()) as { message: string; expected?: string }
  return [answer.status, expected === undefined ? message : `${message}: ${expected}`]
}
const connect = (id: string, password: string) =>
  mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
    clientId: `${id}-${Math.random()}`,
    username: id,
    password,
    reconnectPeriod: 0
  })
const importFile = (text: string | Buffer<ArrayBuffer>, type = 'text/csv', query = '') =>
  answerOf<ImportAnswer>(`/api/assets/import${query}`, {
    method: 'POST',
    body: text,
    headers: { 'content-type': type }
  })
const find = async (id: string) =>
  (await client.json<DevicesAnswer>('/api/devices?limit=1000')).devices.find((device) => device.id === id)
const heading = 'id;name;area;longitude;latitude;storedWasteKind;binCapacity;device;distanceEmpty;distanceFull'

test('a device is added, speaks, gets a new secret, is revoked; its connection goes with the secret', async () => {
  const device = {
    id: 'new-1',
    area: 'centre',
    domain: 'waste',
    entities: ['bin-1'],
    profile: 'p',
    expectedInterval: 60
  }
  const { secret } = await answerOf<DeviceSecretAnswer>('/api/devices', post(device))
  const first = await connect('new-1', secret)
  await first.publishAsync(
    'city/centre/waste/new-1/obs',
    JSON.stringify({ id: 'bin-1', dateObserved: new Date().toISOString(), fillingLevel: 0.4 }),
    { qos: 1 }
  )
  expect(await find('new-1')).toMatchObject({
    ...device,
    kind: 'device',
    from: 'registry',
    revoked: false,
    secret: true,
    connected: true,
    entityCount: 1,
    lastSeen: expect.any(String)
  })
  const firstGone = new Promise<void>((gone) => first.once('close', () => gone()))
  const { secret: next } = await answerOf<DeviceSecretAnswer>('/api/devices/new-1/rotate', { method: 'POST' })
  await firstGone
  await expect(connect('new-1', secret)).rejects.toThrow(/Not authorized|Bad/i)
  const second = await connect('new-1', next)
  const secondGone = new Promise<void>((gone) => second.once('close', () => gone()))
  await answerOf('/api/devices/new-1', { method: 'DELETE' })
  await secondGone
  await expect(connect('new-1', next)).rejects.toThrow(/Not authorized|Bad/i)
  expect(await find('new-1')).toMatchObject({ revoked: true, secret: false, connected: false })
  expect(await faultOf('/api/devices/new-1/rotate', { method: 'POST' })).toEqual([409, 'new-1 is revoked.'])
})

test.each([
  [{ id: 'bin-1', area: 'centre', domain: 'waste' }, 409, 'bin-1 is in devices.yaml'],
  [{ id: 'lora', area: 'centre', domain: 'waste' }, 409, 'lora is in devices.yaml'],
  [{ id: 'x', area: 'moon', domain: 'waste' }, 400, 'there is no area moon'],
  [{ id: 'x', area: 'bin-1', domain: 'waste' }, 400, 'there is no area bin-1'],
  [{ id: 'x', area: 'centre', domain: 'waste', entities: ['bin-9'] }, 400, 'there is no asset bin-9'],
  [{ id: 'x', area: 'centre', domain: 'air' }, 400, ''],
  [{ id: 'X Y', area: 'centre', domain: 'waste' }, 400, ''],
  [{ id: 'x', area: 'centre', domain: 'waste', source: 'timekeeper' }, 400, 'timekeepers are not supported yet']
])('%j is not registered', async (device, status, message) => {
  const [got, said] = await faultOf('/api/devices', post(device))
  expect(got).toBe(status)
  expect(said).toContain(message)
})

test('only operators, and only from our own pages', async () => {
  const stranger = createClient(city)
  const [status] = await faultOf('/api/devices', post({ id: 'x', area: 'centre', domain: 'waste' }), stranger)
  expect(status).toBe(401)
  const [from] = await faultOf('/api/devices/bin-1', { method: 'DELETE', headers: { origin: 'http://evil.example' } })
  expect(from).toBe(403)
  expect((await stranger.request('/api/devices')).status).toBe(401)
  const file = { method: 'POST', body: heading, headers: { 'content-type': 'text/csv' } }
  expect((await stranger.request('/api/assets/import', file)).status).toBe(401)
})

test('with a claim key a batch gets its secrets, each id once, and no more than the key allows', async () => {
  const wanted = { area: 'centre', domain: 'waste', profile: 'sonic', count: 2, prefix: 'lot-' }
  const { key, id } = await answerOf<ClaimKeyAnswer>('/api/claim-keys', post(wanted))
  const device = createClient(city)
  const claim = (name: string, with_ = key) => device.request('/api/devices/claim', post({ key: with_, device: name }))
  const first = (await (await claim('lot-1')).json()) as DeviceSecretAnswer
  await (await connect('lot-1', first.secret)).endAsync()
  expect(await find('lot-1')).toMatchObject({ area: 'centre', domain: 'waste', profile: 'sonic', from: 'registry' })
  const refused = async (name: string, with_ = key) =>
    faultOf('/api/devices/claim', post({ key: with_, device: name }), device)
  expect(await refused('lot-1')).toEqual([409, 'lot-1 was claimed already'])
  expect(await refused('other-1')).toEqual([400, 'with this key the id must begin with lot-'])
  expect(await refused('lot-3', `${id}.${'0'.repeat(48)}`)).toEqual([401, 'This is no claim key.'])
  expect(await refused('lot-3', 'nonsense')).toEqual([401, 'This is no claim key.'])
  // A device that an import or an operator registered without a secret is claimed as it is.
  await importFile(`${heading}\nbin-70;Bin;centre;122;29;glass;1100;lot-2;;`)
  expect((await claim('lot-2')).status).toBe(200)
  expect(await find('lot-2')).toMatchObject({ entities: ['bin-70'], secret: true })
  expect(await refused('lot-3')).toEqual([409, 'The claim key is exhausted.'])

  const other = await answerOf<ClaimKeyAnswer>('/api/claim-keys', post({ area: 'centre', domain: 'waste' }))
  await answerOf(`/api/claim-keys/${other.id}`, { method: 'DELETE' })
  expect(await refused('lot-9', other.key)).toEqual([409, 'The claim key is revoked.'])
  const { claimKeys } = await client.json<ClaimKeysAnswer>('/api/claim-keys')
  expect(claimKeys.map((one) => [one.id, one.state, one.remaining])).toEqual(
    expect.arrayContaining([
      [id, 'exhausted', 0],
      [other.id, 'revoked', 1]
    ])
  )
  expect(JSON.stringify(claimKeys)).not.toContain(key.split('.')[1])
  // Guessing is bounded by address; a right key is not asked to wait before that.
  for (let i = 0; i < 8; i++) await refused('lot-9', 'nonsense')
  expect((await claim('lot-9', 'nonsense')).status).toBe(429)
})

test('faults of an import by row and column, and nothing of it applied', async () => {
  const file = [
    heading,
    'c-1;Bin 1;centre;122;29;glass;1100;;160;20',
    'c-1;Bin 1;centre;122;29;glass;1100;;160;20',
    'c-3;Bin;moon;122;29;glass;1100;;;',
    'c-4;Bin;centre;29;122;glass;1100;;;',
    'c-5;Bin;centre;122,5;29;glass;1100;;;',
    'c-6;Bin;centre;122;29;gold;5;;;',
    'c-7;Bin;centre;122;29;glass;1100;;20;160',
    'c-8;Bin;centre;122;29;glass;1100;;160;',
    'C 9;;centre;122;29;glass;1100;;;',
    'c-10;Bin;centre;122;29;glass;1100;cab-1;;',
    'park-1;Bin;centre;122;29;glass;1100;;;',
    'c-12;Bin;centre;122;29;glass;1100;;;;extra',
    'c-13;Bin;centre;12;29;glass;1100;;;',
    // One fault by itself, and others besides: all of them are told at once.
    'c-1;Bin;moon;12;29;gold;1100;;;',
    'c-15;Bin;moon;122;29;glass;;cab-1;;',
    'c-16;Bin;moon;122,5;29;glass;1100;;;',
    'c-16;;centre;122;29;glass;1100;;;',
    ';Bin;;122;29;glass;1100;;;'
  ].join('\n')
  const answer = await importFile(file)
  expect(answer).toMatchObject({ dryRun: false, applied: false, rows: 18 })
  expect(answer.faults.map(({ row, column, message }) => `${row} ${column}: ${message}`)).toEqual([
    '3 id: c-1 is in row 2 already',
    '4 area: there is no area moon',
    expect.stringMatching(/^5 latitude: .*must be <= 90/),
    '5 longitude: longitude and latitude look swapped',
    '6 longitude: must be a number with a point, like 31.25, not "122,5"',
    expect.stringMatching(/^7 storedWasteKind: .*"gold"/),
    expect.stringMatching(/^7 binCapacity: .*"5"/),
    expect.stringMatching(/^8 distanceFull: must be less than distanceEmpty/),
    '9 distanceFull: is empty',
    '10 name: is empty',
    expect.stringMatching(/^10 id: must be an entity id/),
    '11 device: cab-1 is registered in devices.yaml, and c-10 is not among its entities there',
    '12 id: park-1 is a parkingSite already',
    '13 undefined: has 11 cells, the heading 10',
    expect.stringMatching(/^14 longitude: lies \d+ km from the centre of the city$/),
    expect.stringMatching(/^15 storedWasteKind: .*"gold"/),
    '15 id: c-1 is in row 2 already',
    '15 area: there is no area moon',
    expect.stringMatching(/^15 longitude: lies \d+ km from the centre of the city$/),
    '16 binCapacity: is empty',
    '16 area: there is no area moon',
    '16 device: cab-1 is registered in devices.yaml, and c-15 is not among its entities there',
    '17 longitude: must be a number with a point, like 31.25, not "122,5"',
    '17 area: there is no area moon',
    '18 name: is empty',
    '18 id: c-16 is in row 17 already',
    '19 id: is empty',
    '19 area: is empty'
  ])
  expect((await client.request('/api/entities/c-1')).status).toBe(404)
  const columns = await importFile('id;label;area;longitude;latitude;storedWasteKind;distanceEmpty\n')
  expect(columns.faults.map(({ row, column }) => `${row} ${column}`)).toEqual([
    '1 label',
    '1 binCapacity',
    '1 name',
    '1 distanceFull'
  ])
})

test('an import counts at once: a reading is taken, calibrated, seen by the API; again it changes nothing', async () => {
  const file = `${heading}\nimp-1;Bin 1;centre;122;29;glass;1100;;160;20\nimp-2;Bin 2;centre;122;29;paper;660;imp-1;;\n`
  const dry = await importFile(file, 'text/csv', '?dryRun=true')
  expect(dry).toMatchObject({
    dryRun: true,
    applied: false,
    assets: { added: 2 },
    devices: { added: 1 },
    faultCount: 0
  })
  expect((await client.request('/api/entities/imp-1')).status).toBe(404)
  expect(await importFile(file)).toMatchObject({ applied: true, assets: { added: 2, changed: 0, unchanged: 0 } })
  expect(await importFile(file)).toMatchObject({
    applied: true,
    assets: { added: 0, changed: 0, unchanged: 2 },
    devices: { added: 0, changed: 0 }
  })
  const { secret } = await answerOf<DeviceSecretAnswer>('/api/devices/imp-1/rotate', { method: 'POST' })
  const device = await connect('imp-1', secret)
  const send = (reading: object) =>
    device.publishAsync(
      'city/centre/waste/imp-1/obs',
      JSON.stringify({ dateObserved: new Date().toISOString(), ...reading }),
      { qos: 1 }
    )
  await send({ distance: 90 })
  await send({ id: 'imp-2', distance: 90 })
  const values = async (id: string) =>
    (await client.json<{ latest?: { values: unknown } }>(`/api/entities/${id}`)).latest?.values
  await eventually(async () => expect(await values('imp-1')).toEqual({ distance: 90, fillingLevel: 0.5 }))
  await eventually(async () => expect(await values('imp-2')).toEqual({ distance: 90 }))
  // While it is connected, the container of another becomes its own, and its calibration another one.
  const changed = `${heading}\nimp-1;Bin 1;centre;122;29;glass;1100;;100;0\nimp-3;Bin 3;centre;122;29;glass;1100;imp-1;;`
  expect(await importFile(changed)).toMatchObject({
    assets: { added: 1, changed: 1 },
    devices: { added: 0, changed: 1 }
  })
  await send({ distance: 90 })
  await send({ id: 'imp-3', fillingLevel: 0.2 })
  await eventually(async () => expect(await values('imp-1')).toEqual({ distance: 90, fillingLevel: 0.1 }))
  await eventually(async () => expect(await values('imp-3')).toEqual({ fillingLevel: 0.2 }))
  // The gateway of devices.yaml has the prefix bin-: no device is registered for what it reports.
  expect(await importFile(`${heading}\nbin-90;Bin;centre;122;29;glass;1100;;;`)).toMatchObject({
    devices: { added: 0 }
  })
  await device.endAsync()
  const description = await client.json<{ assetsOffset?: number; assets: { features: { id: string }[] } }>('/api/city')
  expect(description.assets.features.map(({ id }) => id)).toContain('imp-3')
  expect(description.assetsOffset).toBeGreaterThan(0)
})

test('other kinds come as GeoJSON, residents see them; what signals are checked against is refused', async () => {
  const feature = (id: string, properties: object) => ({
    type: 'Feature',
    id,
    geometry: { type: 'Point', coordinates: [122, 29] },
    properties: { name: { en: id, zh: id }, area: 'centre', ...properties }
  })
  const collection = (...features: object[]) => JSON.stringify({ type: 'FeatureCollection', features })
  const park = feature('park-9', { kind: 'parkingSite', type: 'OffStreetParking', totalSpotNumber: 10, device: 'pk-9' })
  const refused = await importFile(
    collection(
      park,
      feature('int-9', { kind: 'intersection' }),
      feature('x', { kind: 'tree' }),
      {
        ...feature('park-9', { kind: 'parkingSite', area: 'moon' }),
        geometry: { type: 'Point', coordinates: [29, 122] }
      },
      { type: 'Feature', id: 'y', geometry: null, properties: null },
      { ...feature('park-9', { kind: 'parkingSite', type: 'OffStreetParking', device: 5 }), geometry: 'here' }
    ),
    'application/geo+json'
  )
  expect(refused.faults.map(({ row, column }) => `${row} ${column}`)).toEqual([
    '2 /id',
    '3 /properties/kind',
    expect.stringMatching('4 /properties'),
    '4 /geometry/coordinates/1',
    '4 /id',
    '4 /properties/area',
    '4 /geometry/coordinates',
    '5 /properties/kind',
    '6 /geometry',
    '6 /properties/device',
    '6 /id'
  ])
  expect(await importFile(collection(park), 'application/geo+json')).toMatchObject({
    applied: true,
    devices: { added: 1 }
  })
  const { places } = (await (await fetch(`${city.url}/api/parking`)).json()) as ParkingAnswer
  expect(places.map(({ id }) => id)).toContain('park-9')
  expect(await find('pk-9')).toMatchObject({ domain: 'parking', entities: ['park-9'] })
  expect((await client.request('/api/assets/import', { ...post({}), body: 'x' })).status).toBe(400)
})

test('a workbook is taken as a table is, with the places of its faults', async () => {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  const cell = (value: string | number) =>
    typeof value === 'number' ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${value}</t></is></c>`
  const workbook = (...rows: (string | number)[][]) => {
    const sheet = rows.map((cells) => `<row>${cells.map(cell).join('')}</row>`).join('')
    const parts = {
      'xl/workbook.xml': '<workbook><sheets><sheet name="A" sheetId="1"/></sheets></workbook>',
      'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${sheet}</sheetData></worksheet>`
    }
    return Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)]))))
  }
  const columns = ['id', 'name', 'area', 'longitude', 'latitude', 'storedWasteKind', 'binCapacity']
  const good = ['xl-1', '纸', 'centre', 122.0011, 28.9999, 'paper', 1100]
  const answer = await importFile(workbook(columns, good, ['xl-2', 'B', 'centre', 122, 29, 'paper', '1100 l']), type)
  expect(answer).toMatchObject({ applied: false, rows: 2, faults: [{ row: 3, column: 'binCapacity' }] })
  expect(await importFile(workbook(columns, good), type)).toMatchObject({ applied: true, assets: { added: 1 } })
  const { asset } = await client.json<{ asset: object }>('/api/entities/xl-1')
  expect(asset).toMatchObject({
    geometry: { coordinates: [122.0011, 28.9999] },
    properties: { name: { en: '纸', zh: '纸' }, binCapacity: 1100 }
  })
})

test('all of it is there after a restart, and who was revoked stays so', async () => {
  await answerOf('/api/devices/park-1', { method: 'DELETE' })
  const before = await client.json<DevicesAnswer>('/api/devices?limit=1000')
  await city.stop()
  city = await startTinyCity({ data: folder.path })
  client = await signIn(city, 'operator', ownPassword)
  const after = await client.json<DevicesAnswer>('/api/devices?limit=1000')
  expect(after.devices.map(({ id, revoked, secret }) => ({ id, revoked, secret }))).toEqual(
    before.devices.map(({ id, revoked, secret }) => ({ id, revoked, secret }))
  )
  expect(after.devices.find(({ id }) => id === 'park-1')).toMatchObject({ from: 'file', revoked: true })
  expect((await client.json<{ asset: { id: string } }>('/api/entities/imp-1')).asset.id).toBe('imp-1')
  expect(await faultOf('/api/devices', post({ id: 'park-1', area: 'centre', domain: 'parking' }))).toEqual([
    409,
    'park-1 is in devices.yaml and revoked: give the device another id there'
  ])
})

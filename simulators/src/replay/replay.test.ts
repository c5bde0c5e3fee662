import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Place, slug } from './place.ts'
import { writeCityOfPlaces } from './places-to-city.ts'
import { readPlaces } from './read-places.ts'
import { readRecords } from './read-records.ts'
import { replay } from './replayer.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'city-brain-replay-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const all = async <T>(items: AsyncIterable<T>) => {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

test('ids are safe in topics', () => {
  expect(slug('Müller-Straße 3')).toBe('muller-strasse-3')
  expect(slug('dresden-parken-PH-Nürnberger-Akademie')).toBe('dresden-parken-ph-nurnberger-akademie')
  expect(slug('…')).toBe('')
})

describe('places', () => {
  test('with and without a position or a capacity', async () => {
    const file = write(
      'places.csv',
      'place_id,place_name,city_name,capacity,latitude,longitude\nA,Alpha,Köln,40,50.9,6.9\nB,Beta,Köln,,,\n'
    )
    expect(await readPlaces(file)).toEqual({
      places: [
        { placeId: 'A', entity: 'a', name: 'Alpha', city: 'Köln', area: 'koln', capacity: 40, position: [6.9, 50.9] },
        { placeId: 'B', entity: 'b', name: 'Beta', city: 'Köln', area: 'koln' }
      ],
      faults: []
    })
  })

  test('every wrong row is named with its line, and the others are kept', async () => {
    const file = write(
      'wrong.csv',
      'place_id,place_name,city_name,capacity,latitude,longitude\nA,A,X,many,,\nA,A,X,1,,\na,A,X,1,,\nC,C,X,1,95,1\nD,D,X,1,50,\n'
    )
    const { places, faults } = await readPlaces(file)
    expect(places.map(({ placeId }) => placeId)).toEqual(['A'])
    expect(faults).toEqual([
      'wrong.csv:2: capacity "many" is no count',
      'wrong.csv:4: place_id a is there already, as A',
      'wrong.csv:5: latitude "95" is none',
      'wrong.csv:6: has only one of latitude and longitude'
    ])
  })

  test('a missing column and a missing file are said', async () => {
    await expect(readPlaces(write('short.csv', 'place_id,place_name\na,b\n'))).rejects.toThrow(
      /short\.csv: has no column city_name, capacity/
    )
    await expect(readPlaces(join(folder, 'none.csv'))).rejects.toThrow(/none\.csv: .*ENOENT/)
  })

  test('make a city of their own', () => {
    const places: Place[] = [
      { placeId: 'A', entity: 'a', name: 'Alpha', city: 'Köln', area: 'koln', capacity: 40, position: [6.9, 50.9] },
      { placeId: 'B', entity: 'b', name: 'Beta', city: 'Köln', area: 'koln' }
    ]
    writeCityOfPlaces(places, join(folder, 'city'))
    const assets = JSON.parse(readFileSync(join(folder, 'city/assets.geojson'), 'utf8'))
    expect(assets.features.map((one: { id: string; geometry: unknown }) => [one.id, one.geometry])).toEqual([
      ['koln', null],
      ['a', { type: 'Point', coordinates: [6.9, 50.9] }],
      ['b', null]
    ])
  })
})

describe('records', () => {
  const rows =
    'timestamp,place_id,free\n2026-05-04T00:00:01+00:00,A,5\nyesterday,A,4\n2026-05-04T00:00:02+00:00,A,\n2026-05-04T00:00:03+00:00,,1\n2026-05-04T00:00:04Z,A,9\n'

  test.each([
    ['plain', 'r.csv', rows],
    ['in gzip', 'r.csv.gz', gzipSync(rows)]
  ])('%s: good rows come, wrong ones are named', async (_what, name, content) => {
    const faults: string[] = []
    const records = await all(readRecords(write(name, content), (fault) => faults.push(fault)))
    expect(records.map(({ line, free }) => [line, free])).toEqual([
      [2, 5],
      [6, 9]
    ])
    expect(faults).toEqual([
      `${name}:3: timestamp "yesterday" is not RFC 3339`,
      `${name}:4: free "" is no number`,
      `${name}:5: has no place_id`
    ])
  })

  test('a truncated gzip is an error, not an early end', async () => {
    const cut = gzipSync(rows.repeat(50)).subarray(0, 60)
    await expect(all(readRecords(write('cut.csv.gz', cut), () => undefined))).rejects.toThrow(/cut\.csv\.gz/)
  })
})

const mosquitto = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto'].find((path) => existsSync(path))
if (mosquitto === undefined) {
  if (process.env.CI === 'true')
    throw new Error('mosquitto is not installed, and with CI=true its tests may not be skipped')
  console.log('Skipped: mosquitto is not installed.')
}

test.skipIf(mosquitto === undefined)('a feed goes through a real broker, in order, each record once', async () => {
  const port = await freePort()
  const broker = spawn(mosquitto as string, ['-p', String(port)], { stdio: 'ignore' })
  try {
    const url = `mqtt://127.0.0.1:${port}`
    const listener = await connectAsync(url, { reconnectPeriod: 50 })
    const heard: string[] = []
    listener.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString()}`))
    await listener.subscribeAsync('parking-feed/#', { qos: 1 })
    const client = await connectAsync(url)
    const lines = Array.from({ length: 1_800 }, (_, i) => `2026-05-04T00:00:00Z,${i % 2 ? 'A' : 'gone'},${i}`)
    const file = write('feed.csv', `timestamp,place_id,free\n${lines.join('\n')}\n`)
    const places: Place[] = [{ placeId: 'A', entity: 'a', name: 'A', city: 'X', area: 'x' }]
    const records = readRecords(file, (fault) => expect.fail(fault))
    const summary = await replay({ client, records, places, now: () => performance.now() })
    expect(summary).toEqual({ read: 1_800, published: 900, acknowledged: 900, unknownPlaces: 900 })
    await expect.poll(() => heard.length).toBe(900)
    expect(heard[0]).toBe('parking-feed/x/a {"timestamp":"2026-05-04T00:00:00Z","place_id":"A","free":1}')
    expect(heard.map((text) => Number(/"free":(\d+)/.exec(text)?.[1]))).toEqual(
      Array.from({ length: 900 }, (_, i) => 2 * i + 1)
    )
    await Promise.all([client.endAsync(), listener.endAsync()])
  } finally {
    broker.kill()
  }
})

/** A port that was free a moment ago: mosquitto cannot tell which one it took. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

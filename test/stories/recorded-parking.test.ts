import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { startInfluxd } from '@city-brain/history'
import type { EntriesAnswer, HistoryWireAnswer, ParkingAnswer, QualityTransition } from '@city-brain/model'
import { type Place, readPlaces, readRecords, replayGateway, writeCityOfPlaces } from '@city-brain/simulators'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceSecret } from '../city/device-secret.ts'
import { type OperatorSession, signInFirst } from '../city/operator-session.ts'
import { type RunningCity, startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { findSharedData } from '../programs/find-program.ts'
import { findOddities, type OddRecord } from './find-oddities.ts'

const root = resolve(import.meta.dirname, '../..')
const placesFile = findSharedData('parking/places.csv')
const readingsFile = findSharedData('parking/free-spaces.csv.gz')

const day = 86_400_000
const begin = Date.UTC(2026, 4, 4)
const end = Date.UTC(2026, 5, 30)

const influx = placesFile ? await startInfluxd() : { missing: 'not needed' }
afterAll(async () => {
  if ('stop' in influx) await influx.stop()
})

type Store = { history: string; args: string[]; env: Record<string, string>; missing?: string }
const stores: Store[] = [
  { history: 'duckdb', args: [], env: {} },
  {
    history: 'influx',
    args: 'url' in influx ? ['--history', 'influx', '--influx-url', influx.url] : [],
    env:
      'url' in influx
        ? {
            INFLUX_TOKEN: influx.token ?? '',
            INFLUX_ORG: influx.organisation ?? '',
            INFLUX_USERNAME: influx.username ?? '',
            INFLUX_PASSWORD: influx.password ?? '',
            INFLUX_BUCKET: `recorded_parking_${Date.now()}`
          }
        : {},
    missing: 'missing' in influx ? influx.missing : undefined
  }
]

/** Two months of 55 real car parks, through MQTT like any device's readings, into either history. */
describe.skipIf(placesFile === undefined || readingsFile === undefined).each(stores)(
  'recorded parking into $history',
  ({ args, env, missing }) => {
    if (missing !== undefined) {
      test.skip(`skipped: ${missing}`, () => undefined)
      return
    }
    const folder = temporaryFolder()
    let city: RunningCity
    let operator: OperatorSession
    let places: Place[]
    const records: (OddRecord & { timestamp: string })[] = []

    beforeAll(async () => {
      const read = await readPlaces(placesFile as string)
      expect(read.faults).toEqual([])
      places = read.places
      const placeOf = new Map(places.map((place) => [place.placeId, place]))
      for await (const { at, timestamp, placeId, free } of readRecords(readingsFile as string, (fault) =>
        expect.fail(fault)
      )) {
        const { entity, area, capacity } = placeOf.get(placeId) as Place
        records.push({ at, timestamp, entity, area, free, capacity })
      }
      writeCityOfPlaces(places, join(folder.path, 'city'))
      city = await startCity({ city: join(folder.path, 'city'), data: join(folder.path, 'data'), args, env })
      operator = await signInFirst(city)
      const secret = await deviceSecret(city.data, replayGateway)
      const replayer = spawn(
        process.execPath,
        [
          ...['--import', 'tsx', join(root, 'simulators/src/replay/main.ts')],
          ...['--places', placesFile as string, '--readings', readingsFile as string],
          ...['--mqtt-url', `mqtt://127.0.0.1:${city.mqttPort}`]
        ],
        { stdio: ['pipe', 'pipe', 'inherit'] }
      )
      let said = ''
      replayer.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      replayer.stdin.write(`${JSON.stringify({ secrets: { [replayGateway]: secret } })}\n`)
      const [code] = await once(replayer, 'exit')
      expect(code, said).toBe(0)
      expect(said).toContain('248205 records read, 248205 published, 248205 acknowledged')
      await waitFor(async () => (await city.health()).counters.pending === 0, 120_000, 500)
    }, 600_000)
    afterAll(async () => {
      await city?.stop()
      folder.remove()
    })

    /** All that the history holds of an entity, in order, page by page. */
    async function readHistory(entity: string) {
      const points: Extract<HistoryWireAnswer, { kind: 'raw' }>['points'] = []
      for (let from = begin; from < end; from += 7 * day) {
        const span = `from=${new Date(from).toISOString()}&to=${new Date(from + 7 * day).toISOString()}`
        const answer = await operator.get<HistoryWireAnswer>(`/api/entities/${entity}/history?${span}`)
        if (answer.kind !== 'raw') throw new Error('asked for raw points')
        expect(answer.truncated).toBe(false)
        points.push(...answer.points)
      }
      return points
    }

    test('the counters add up to all 248,205 records', async () => {
      const { counters } = await city.health()
      expect(counters).toEqual({
        received: 248_205,
        accepted: 248_205,
        rejected: 0,
        duplicate: 0,
        stored: 248_205,
        pending: 0,
        refused: 0
      })
    })

    test('the history answers with the recorded values, and every oddity is flagged', async () => {
      const expected = findOddities(records)
      expect(expected).toMatchObject({ aboveCapacity: 18_299, gaps: 118 })
      const recordedOf = new Map<string, OddRecord[]>(places.map(({ entity }) => [entity, []]))
      for (const record of records) recordedOf.get(record.entity)?.push(record)
      const found = { aboveCapacity: 0, gaps: 0, unchanged: 0 }
      const above = new Set<string>()
      for (const { entity } of places) {
        const points = await readHistory(entity)
        const recorded = recordedOf.get(entity) ?? []
        expect(points.map((point) => [Date.parse(point.dateObserved), point.values.availableSpotNumber])).toEqual(
          recorded.map(({ at, free }) => [at, free])
        )
        for (const { flags = [] } of points) {
          if (flags.includes('above-capacity')) {
            found.aboveCapacity++
            above.add(entity)
          }
          if (flags.includes('gap')) found.gaps++
        }
        const trail = await operator.get<EntriesAnswer>(`/api/entities/${entity}/entries?kinds=quality&limit=200`)
        found.unchanged += trail.entries.filter(
          ({ payload }) => (payload as QualityTransition).state === 'raised'
        ).length
      }
      expect(found).toEqual(expected)
      expect(above.size).toBe(20)
    }, 300_000)

    test('windows of a day have the mean, least and greatest of the day', async () => {
      const entity = 'dresden-parken-altmarkt'
      const from = begin + 10 * day
      const span = `from=${new Date(from).toISOString()}&to=${new Date(from + day).toISOString()}&every=86400`
      const answer = await operator.get<HistoryWireAnswer>(`/api/entities/${entity}/history?${span}`)
      const values = records
        .filter((one) => one.entity === entity && one.at >= from && one.at < from + day)
        .map(({ free }) => free)
      expect(values.length).toBeGreaterThan(10)
      expect(answer.points).toHaveLength(1)
      const [window] = answer.points as Extract<HistoryWireAnswer, { kind: 'windows' }>['points']
      expect(window).toMatchObject({ count: values.length })
      const { mean, min, max } = window?.values.availableSpotNumber ?? {}
      expect([min, max]).toEqual([Math.min(...values), Math.max(...values)])
      expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 6)
    })

    test('residents see 22 places on the map and 33 in the list only, and no number that is not to be relied on', async () => {
      const { places: shown } = (await (await fetch(`${city.url}/api/parking`)).json()) as ParkingAnswer
      expect(shown).toHaveLength(55)
      expect(shown.filter(({ position }) => position !== undefined)).toHaveLength(22)
      const last = new Map(records.map((record) => [record.entity, record]))
      for (const place of shown) {
        const newest = last.get(place.id) as OddRecord
        // The record ended months ago: nothing of it is a number to drive to, and its age is told.
        expect(Date.parse(place.dateObserved ?? ''), place.id).toBe(newest.at)
        expect(place.availableSpotNumber, place.id).toBeUndefined()
        if (newest.capacity !== undefined && newest.free > newest.capacity) {
          expect(place, place.id).toMatchObject({ state: 'not-reliable' })
          expect(place.reasons).toContain('above-capacity')
        }
      }
    })
  }
)

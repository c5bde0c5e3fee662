import type {
  HistoryAnswer,
  HistoryQuery,
  HistoryRefusal,
  HistoryRow,
  HistoryStore,
  RawPoint,
  WindowPoint
} from '@city-brain/model'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BadHistoryQuery, HistoryMisconfigured } from '../errors.ts'
import { base, detector, nothingRefused } from './history-contract-rows.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
export const retentionDays = 400

/** An empty store of which each test has its own; `reopen` closes it and opens the same data again. */
export type StoreUnderTest = { store: HistoryStore; reopen(): Promise<HistoryStore>; dispose(): Promise<void> }

/** What every history store promises. Both run it, so that the city behaves the same whichever is behind it. */
export function historyContract(open: () => Promise<StoreUnderTest>): void {
  let opened: StoreUnderTest
  let store: HistoryStore
  beforeEach(async () => {
    opened = await open()
    store = opened.store
  })
  afterEach(() => opened.dispose())

  const write = (rows: readonly HistoryRow[], offset = rows.at(-1)?.offset ?? 0, epoch = 'epoch-1') =>
    store.write(rows, { epoch, offset }, nothingRefused)
  const ask = (query: Partial<HistoryQuery> = {}) =>
    store.query({ entity: 'det-1', type: 'TrafficFlowObserved', from: base, to: base + day, ...query })
  const raw = async (query: Partial<HistoryQuery> = {}): Promise<RawPoint[]> => {
    const answer = await ask(query)
    if (answer.kind !== 'raw') throw new Error(`${answer.kind} where raw was asked for`)
    return answer.points
  }

  test('has no checkpoint before anything was written, and keeps it over a reopening', async () => {
    expect(await store.checkpoint()).toBeUndefined()
    const checkpoint = await write([detector(3, base, { intensity: 4 })], 7)
    expect(checkpoint).toEqual({ epoch: 'epoch-1', offset: 7, stored: 1, refused: 0 })
    store = await opened.reopen()
    expect(await store.checkpoint()).toEqual(checkpoint)
    expect(await raw()).toEqual([{ dateObserved: base, offset: 3, values: { intensity: 4 } }])
  })

  test('moves its checkpoint without any row', async () => {
    await write([], 5)
    expect(await store.checkpoint()).toEqual({ epoch: 'epoch-1', offset: 5, stored: 0, refused: 0 })
  })

  test('gives back every kind of attribute, and leaves absent what was absent', async () => {
    const values = { intensity: 0, occupancy: 0.1 + 0.2, congested: false, reversedLane: true, vehicleType: 'car' }
    await write([
      detector(1, base, values, { flags: ['late', 'gap'] }),
      detector(2, base + 1, {}),
      detector(3, base + 2, { averageVehicleSpeed: 48.5 }),
      {
        offset: 4,
        entity: 'garage-1',
        type: 'OffStreetParking',
        dateObserved: base + 3,
        values: { availableSpotNumber: 532, status: ['open', 'spacesAvailable'], occupancyDetectionType: [] },
        flags: ['above-capacity']
      }
    ])
    expect(await raw()).toEqual([
      { dateObserved: base, offset: 1, values, flags: ['late', 'gap'] },
      { dateObserved: base + 1, offset: 2, values: {} },
      { dateObserved: base + 2, offset: 3, values: { averageVehicleSpeed: 48.5 } }
    ])
    expect(await raw({ entity: 'garage-1', type: 'OffStreetParking' })).toEqual([
      {
        dateObserved: base + 3,
        offset: 4,
        values: { availableSpotNumber: 532, status: ['open', 'spacesAvailable'], occupancyDetectionType: [] },
        flags: ['above-capacity']
      }
    ])
  })

  test('keeps two readings of one millisecond, in the order of the journal', async () => {
    await write([
      detector(1_000_001, base, { intensity: 1 }),
      detector(1_000_002, base, { intensity: 2 }),
      detector(1_000_003, base, { intensity: 2 })
    ])
    expect((await raw()).map(({ offset }) => offset)).toEqual([1_000_001, 1_000_002, 1_000_003])
    expect(await ask({ every: minute })).toMatchObject({ points: [{ from: base, count: 3 }] })
  })

  test('stores nothing twice when a batch comes again from an older checkpoint', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => detector(i + 1, base + i * 1_000, { intensity: i }))
    await write(rows.slice(0, 10))
    const checkpoint = await write(rows.slice(4))
    expect(checkpoint).toMatchObject({ offset: 12, stored: 12 })
    expect(await write(rows.slice(0, 6))).toEqual(checkpoint)
    expect((await raw()).map(({ offset }) => offset)).toEqual(rows.map(({ offset }) => offset))
  })

  test('stores nothing twice when a batch is interrupted after its refusals were found', async () => {
    const rows = [
      detector(1, base, { intensity: 1 }),
      detector(2, base + 1, { intensity: 'many' }),
      detector(3, base + 2, { intensity: 3 })
    ]
    const seen: HistoryRefusal[] = []
    const interrupted = store.write(rows, { epoch: 'epoch-1', offset: 3 }, async () => {
      throw new Error('the journal is full')
    })
    await expect(interrupted).rejects.toThrow('the journal is full')
    expect(await store.checkpoint()).toBeUndefined()
    const checkpoint = await store.write(rows, { epoch: 'epoch-1', offset: 3 }, async (refusals) => {
      seen.push(...refusals)
    })
    expect(checkpoint).toEqual({ epoch: 'epoch-1', offset: 3, stored: 2, refused: 1 })
    expect(seen.map(({ offset }) => offset)).toEqual([2])
    expect((await raw()).map(({ offset }) => offset)).toEqual([1, 3])
  })

  test('refuses what is older than it keeps, of another kind or of no vocabulary, says why, and stores the rest', async () => {
    const refusals: HistoryRefusal[] = []
    const checkpoint = await store.write(
      [
        detector(1, base, { intensity: 1 }),
        detector(2, Date.now() - (retentionDays + 30) * day, { intensity: 2 }),
        detector(3, base + 1, { occupancy: '12 %' }),
        detector(4, base + 2, { colour: 'red' }),
        detector(5, base + 3, { congested: 1 }),
        detector(6, base + 4, { intensity: 6 })
      ],
      { epoch: 'epoch-1', offset: 6 },
      async (found) => void refusals.push(...found)
    )
    expect(checkpoint).toEqual({ epoch: 'epoch-1', offset: 6, stored: 2, refused: 4 })
    expect(refusals).toEqual([
      { offset: 2, reason: expect.stringContaining('older than the history keeps') },
      { offset: 3, reason: expect.stringContaining('occupancy') },
      { offset: 4, reason: expect.stringContaining('colour') },
      { offset: 5, reason: expect.stringContaining('congested') }
    ])
    expect((await raw()).map(({ offset }) => offset)).toEqual([1, 6])
    store = await opened.reopen()
    expect(await store.checkpoint()).toEqual(checkpoint)
  })

  test('refuses the journal of another epoch and changes nothing', async () => {
    await write([detector(1, base, { intensity: 1 })])
    const other = write([detector(2, base, { intensity: 2 })], 2, 'epoch-2')
    await expect(other).rejects.toThrow(HistoryMisconfigured)
    await expect(other).rejects.toThrow(/epoch-1.*epoch-2/)
    expect(await store.checkpoint()).toMatchObject({ epoch: 'epoch-1', offset: 1 })
  })

  test('answers for one entity only, from inclusive, to exclusive', async () => {
    await write([
      detector(1, base - 1, { intensity: 1 }),
      detector(2, base, { intensity: 2 }),
      detector(3, base, { intensity: 3 }, { entity: 'det-2' }),
      detector(4, base + minute - 1, { intensity: 4 }),
      detector(5, base + minute, { intensity: 5 })
    ])
    expect((await raw({ to: base + minute })).map(({ offset }) => offset)).toEqual([2, 4])
    expect(await raw({ to: base })).toEqual([])
    expect(await raw({ entity: 'never-seen' })).toEqual([])
    expect(await ask({ entity: 'never-seen', every: minute })).toEqual({
      kind: 'windows',
      every: minute,
      points: [],
      truncated: false
    })
    expect(await raw({ type: 'WasteContainer' })).toEqual([])
    expect((await raw({ from: -8.64e15, to: 8.64e15 })).map(({ offset }) => offset)).toEqual([1, 2, 4, 5])
  })

  test('cuts an answer at its limit and says so', async () => {
    await write(Array.from({ length: 5 }, (_, i) => detector(i + 1, base + i * minute, { intensity: i })))
    expect(await ask({ limit: 5 })).toMatchObject({ truncated: false })
    const cut = await ask({ limit: 4 })
    expect(cut).toMatchObject({ truncated: true })
    expect(cut.points).toHaveLength(4)
    const windows = await ask({ limit: 3, every: minute })
    expect(windows).toMatchObject({ truncated: true, points: [{ from: base }, { from: base + minute }, {}] })
    expect(await ask({ limit: 5, every: minute })).toMatchObject({ truncated: false })
  })

  test('gives only the attributes asked for', async () => {
    await write([detector(1, base, { intensity: 1, occupancy: 0.5, congested: true })])
    expect(await raw({ attributes: ['occupancy', 'congested'] })).toMatchObject([
      { values: { occupancy: 0.5, congested: true } }
    ])
    const windows = await ask({ attributes: ['intensity', 'congested'], every: hour })
    expect(windows.points).toEqual([{ from: base, count: 1, values: { intensity: { mean: 1, min: 1, max: 1 } } }])
    const onlyCount = await ask({ attributes: ['congested'], every: hour })
    expect(onlyCount.points).toEqual([{ from: base, count: 1, values: {} }])
  })

  test('counts readings in a window, and takes mean, least and greatest of those that have the attribute', async () => {
    await write([
      detector(1, base, { intensity: 2 }),
      detector(2, base + 1, { intensity: 7, occupancy: 0.25 }),
      detector(3, base + minute - 1, { congested: true }),
      detector(4, base + 5 * minute, { occupancy: 0.75 })
    ])
    expect(await ask({ every: minute })).toEqual({
      kind: 'windows',
      every: minute,
      truncated: false,
      points: [
        {
          from: base,
          count: 3,
          values: {
            intensity: { mean: 4.5, min: 2, max: 7 },
            occupancy: { mean: 0.25, min: 0.25, max: 0.25 }
          }
        },
        { from: base + 5 * minute, count: 1, values: { occupancy: { mean: 0.75, min: 0.75, max: 0.75 } } }
      ]
    })
  })

  test('refuses a question that makes no sense', async () => {
    const questions: Partial<HistoryQuery>[] = [
      { attributes: ['colour'] },
      { from: base, to: base - 1 },
      { every: 0 },
      { every: 1.5 },
      { limit: 0 },
      { from: Number.NaN },
      { type: 'Weather' as HistoryQuery['type'] }
    ]
    for (const question of questions)
      await expect(ask(question), JSON.stringify(question)).rejects.toThrow(BadHistoryQuery)
  })

  test('takes any text', async () => {
    const odd = [
      '',
      '\u0000',
      ' ',
      '"',
      '\\',
      'a\\',
      '\\"',
      "'",
      'a,b=c d',
      'line\nbreak\r\n',
      '\t',
      '停车场 🚗',
      'é́',
      '\\n',
      '{"a":[1]}'
    ]
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 20, maxLength: 60 })
    const samples = [...odd, ...fc.sample(texts, { numRuns: 10, seed: 7 }).flat()]
    await write(samples.map((text, i) => detector(i + 1, base + i, { vehicleType: text })))
    expect((await raw()).map(({ values }) => values.vehicleType)).toEqual(samples)
  })

  test('knows the newest row of each entity at any moment', async () => {
    const rows = [
      detector(1, base - 3 * day, { intensity: 1 }, { entity: 'det-old' }),
      detector(2, base, { intensity: 2 }),
      detector(3, base, { intensity: 3 }, { flags: ['gap'] }),
      detector(4, base - minute, { intensity: 4 }, { flags: ['late'] }),
      detector(5, base + minute, { intensity: 5 }),
      {
        offset: 6,
        entity: 'bin-1',
        type: 'WasteContainer' as const,
        dateObserved: base - 2 * hour,
        values: { fillingLevel: 0.5 }
      }
    ]
    await write(rows)
    const at = async (moment: number) => (await store.latestAt(moment)).sort((a, b) => (a.entity < b.entity ? -1 : 1))
    expect(await at(base - 4 * day)).toEqual([])
    expect(await at(base - minute)).toEqual([rows[5], rows[3], rows[0]])
    expect(await at(base + minute - 1)).toEqual([rows[5], rows[2], rows[0]])
    expect(await at(base + day)).toEqual([rows[5], rows[4], rows[0]])
  })

  test('answers as a plain list of rows would', async () => {
    const values = fc.record(
      {
        intensity: fc.integer({ min: 0, max: 1e9 }),
        occupancy: fc.double({ min: 0, max: 1, noNaN: true }),
        averageVehicleSpeed: fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
        congested: fc.boolean(),
        vehicleType: fc.string({ maxLength: 5 })
      },
      { requiredKeys: [] }
    )
    const spread = fc.record({ at: fc.integer({ min: 0, max: 3 * hour }), values })
    const [sample = []] = fc.sample(fc.array(spread, { minLength: 300, maxLength: 300 }), { numRuns: 1, seed: 11 })
    const rows = sample.map(({ at, values: given }, i) =>
      detector(i + 1, base + at, { ...given } as HistoryRow['values'])
    )
    // Zero has no sign in JSON, so none in the journal either.
    for (const row of rows) if (Object.is(row.values.occupancy, -0)) row.values.occupancy = 0
    await write(rows.slice(0, 100))
    await write(rows.slice(100))
    for (const [from, to] of [
      [base, base + 3 * hour],
      [base + 12_345, base + hour],
      [base + 2 * hour, base + 2 * hour + 1]
    ] as const) {
      expect(await raw({ from, to })).toEqual(rawOf(rows, from, to))
      for (const every of [1, 7_001, minute, hour, day]) {
        const answer = await ask({ from, to, every })
        expect(rounded(answer)).toEqual(rounded(windowsOf(rows, from, to, every)))
      }
    }
  })
}

function rawOf(rows: readonly HistoryRow[], from: number, to: number): RawPoint[] {
  return rows
    .filter(({ dateObserved }) => dateObserved >= from && dateObserved < to)
    .sort((a, b) => a.dateObserved - b.dateObserved || a.offset - b.offset)
    .map(({ dateObserved, offset, values }) => ({ dateObserved, offset, values }))
}

function windowsOf(rows: readonly HistoryRow[], from: number, to: number, every: number): HistoryAnswer {
  const windows = new Map<number, HistoryRow[]>()
  for (const row of rows) {
    if (row.dateObserved < from || row.dateObserved >= to) continue
    const begin = Math.floor(row.dateObserved / every) * every
    windows.set(begin, [...(windows.get(begin) ?? []), row])
  }
  const points = [...windows]
    .sort(([a], [b]) => a - b)
    .map<WindowPoint>(([begin, own]) => {
      const point: WindowPoint = { from: begin, count: own.length, values: {} }
      for (const name of ['intensity', 'occupancy', 'averageVehicleSpeed']) {
        const numbers = own.map(({ values }) => values[name]).filter((value) => typeof value === 'number')
        if (numbers.length === 0) continue
        const sum = numbers.reduce((a, b) => a + b, 0)
        point.values[name] = { mean: sum / numbers.length, min: Math.min(...numbers), max: Math.max(...numbers) }
      }
      return point
    })
  return { kind: 'windows', every, points, truncated: false }
}

/** Each engine sums in an order of its own: means agree to twelve digits, all else exactly. */
function rounded(answer: HistoryAnswer): unknown {
  if (answer.kind === 'raw') return answer
  return {
    ...answer,
    points: answer.points.map((point) => ({
      ...point,
      values: Object.fromEntries(
        Object.entries(point.values).map(([name, value]) => [name, { ...value, mean: value.mean.toPrecision(12) }])
      )
    }))
  }
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { HistoryRefusal, HistoryStore } from '@city-brain/model'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { base, detector, nothingRefused } from '../testing/history-contract-rows.ts'
import { openInfluxHistory } from './open-influx-history.ts'

/**
 * InfluxDB 2.9.1 as the far side of a fault: it refuses in the words and in the ways that were measured on it. An unparsable
 * line makes it store nothing of a batch (400); a conflict of types or the retention only those lines (422).
 */
const lines = new Map<string, string>()
let requests: string[]
let overloaded: Record<string, string> | undefined
let server: Server
let store: HistoryStore

const key = (line: string) => `${line.slice(0, line.indexOf(' '))} ${line.slice(line.lastIndexOf(' ') + 1)}`

function write(batch: string[]): { status: number; body?: unknown } {
  const unparsable = batch.find((line) => line.includes('vehicleType="unparsable"'))
  if (unparsable) return { status: 400, body: { code: 'invalid', message: `unable to parse '${unparsable}': bad` } }
  const dropped: string[] = []
  const words: string[] = []
  for (const line of batch) {
    if (Number(/ (\d+)$/.exec(line)?.[1]) < base * 1e6) {
      dropped.push(line)
      words.push('points beyond retention policy')
    } else if (/occupancy=/.test(line)) {
      dropped.push(line)
      words.push(
        'field type conflict: input field "occupancy" on measurement "TrafficFlowObserved" is type float, already exists as type string'
      )
    } else lines.set(key(line), line)
  }
  if (dropped.length === 0) return { status: 204 }
  // It names one fault, and counts all.
  const message = `failure writing points to database: partial write: ${words[0]} dropped=${dropped.length}`
  return { status: 422, body: { code: 'unprocessable entity', message } }
}

beforeEach(async () => {
  lines.clear()
  requests = []
  overloaded = undefined
  server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const path = (incoming.url ?? '').split('?')[0] ?? ''
      requests.push(path)
      const answer = (status: number, body?: unknown, headers: Record<string, string> = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', 'x-influxdb-version': 'v2.9.1', ...headers })
        response.end(body === undefined ? undefined : JSON.stringify(body))
      }
      if (path === '/ping') return answer(204)
      if (path === '/api/v2/buckets') return answer(200, { buckets: [{ id: '1' }] })
      if (path !== '/api/v2/write') return answer(404, { code: 'not found', message: 'path not found' })
      if (overloaded) return answer(429, { code: 'too many requests', message: 'slow down' }, overloaded)
      const body = Buffer.concat(chunks)
      const text = (incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
      const { status, body: fault } = write(text.split('\n'))
      answer(status, fault)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  store = await openInfluxHistory({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: 'city-brain',
    organisation: 'city',
    token: 'secret',
    retentionDays: 400,
    clock: { now: () => base, monotonic: () => 0 },
    checkpoints: { load: async () => undefined, save: async () => undefined },
    gzip: true,
    log: () => undefined
  })
})
afterEach(async () => {
  await store.close()
  server.close()
})

const stored = () =>
  [...lines.values()].map((line) => Number(/journalOffset=(\d+)i/.exec(line)?.[1])).sort((a, b) => a - b)

test('of a batch with unparsable lines, of which 2.9 stores nothing, all others go in and each of them is refused once', async () => {
  const guilty = new Set([1, 99, 100, 640])
  const rows = Array.from({ length: 640 }, (_, i) =>
    detector(i + 1, base + i, { intensity: i, vehicleType: guilty.has(i + 1) ? 'unparsable' : 'car' })
  )
  const refusals: HistoryRefusal[] = []
  const checkpoint = await store.write(rows, { epoch: 'e', offset: 640 }, async (found) => void refusals.push(...found))
  expect(refusals.map(({ offset }) => offset)).toEqual([...guilty])
  for (const { reason } of refusals) expect(reason).toMatch(/unable to parse/)
  expect(checkpoint).toMatchObject({ stored: 636, refused: 4 })
  expect(stored()).toEqual(rows.map(({ offset }) => offset).filter((offset) => !guilty.has(offset)))
})

test('three faults at once: unparsable, of another type, and beyond the retention', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => {
    const values = {
      intensity: i,
      ...(i % 3 === 0 ? { occupancy: 0.5 } : {}),
      ...(i === 50 ? { vehicleType: 'unparsable' } : {})
    }
    return detector(i + 1, i % 10 === 5 ? base - 1_000 + i : base + i, values)
  })
  const isGuilty = (i: number) => i % 3 === 0 || i % 10 === 5 || i === 50
  const refusals: HistoryRefusal[] = []
  await store.write(rows, { epoch: 'e', offset: 300 }, async (found) => void refusals.push(...found))
  expect(refusals.map(({ offset }) => offset)).toEqual(rows.flatMap((_, i) => (isGuilty(i) ? [i + 1] : [])))
  expect(stored()).toEqual(rows.flatMap((_, i) => (isGuilty(i) ? [] : [i + 1])))
  expect(requests.filter((path) => path === '/api/v2/write').length).toBeLessThan(60)
})

test('429 says how long to wait, in seconds or as a date', async () => {
  overloaded = { 'retry-after': '7' }
  await expect(store.write([detector(1, base, {})], { epoch: 'e', offset: 1 }, nothingRefused)).rejects.toMatchObject({
    code: 'history-unavailable',
    retryAfter: 7_000
  })
  overloaded = { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }
  const fault = await store
    .write([detector(1, base, {})], { epoch: 'e', offset: 1 }, nothingRefused)
    .catch((thrown) => thrown)
  expect(fault.retryAfter).toBeGreaterThan(50_000)
  expect(fault.retryAfter).toBeLessThanOrEqual(60_000)
})

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HistoryCheckpoint, HistoryRefusal, HistoryStore } from '@city-brain/model'
import { afterEach, expect, test, vi } from 'vitest'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import { describeInflux } from '../testing/describe-influx.ts'
import { base, detector, nothingRefused } from '../testing/history-contract-rows.ts'
import { dropBucket, makeBucket, statement, writeForeign } from '../testing/influx-bucket.ts'
import { type InfluxServer, startInfluxd } from '../testing/start-influxd.ts'
import { type InfluxOptions, openInfluxHistory } from './open-influx-history.ts'

type Front = {
  url: string
  paths: string[]
  answer: ((path: string, response: ServerResponse, incoming: IncomingMessage) => boolean) | undefined
  /** Where true, InfluxDB is asked and its answer never arrives. */
  lose: ((path: string) => boolean) | undefined
  close(): void
}

/** A server before InfluxDB that may answer in its place, and else passes everything through. */
async function putInFront(target: string): Promise<Front> {
  const front: Front = { url: '', paths: [], answer: undefined, lose: undefined, close: () => server.close() }
  const server: Server = createServer((incoming, response) => {
    const path = incoming.url ?? '/'
    front.paths.push(path.split('?')[0] ?? '')
    if (front.answer?.(path, response, incoming)) return void incoming.resume()
    const { method, headers } = incoming
    const onward = request(`${target}${path}`, { method, headers }, (answer) => {
      if (front.lose?.(path)) {
        answer.resume().on('end', () => response.destroy())
        return
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  front.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return front
}

await describeInflux('InfluxDB that refuses, is away, or is set up wrongly', (server) => {
  const is1 = server.organisation === undefined
  const ends: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  async function open(
    options: Partial<InfluxOptions> = {}
  ): Promise<{ store: HistoryStore; bucket: string; saved: HistoryCheckpoint[] }> {
    const { url, token, organisation, username, password } = server
    const bucket = options.bucket ?? `city-brain-test-${randomUUID()}`
    const saved: HistoryCheckpoint[] = []
    const store = await openInfluxHistory({
      url,
      token,
      organisation,
      username,
      password,
      bucket,
      retentionDays: 400,
      checkpoints: { load: async () => saved.at(-1), save: async (next) => void saved.push(next) },
      log: () => undefined,
      ...options
    })
    ends.push(async () => {
      await store.close()
      await dropBucket(server, bucket)
    })
    return { store, bucket, saved }
  }

  const offsets = async (store: HistoryStore) => {
    const { points } = await store.query({
      entity: 'det-1',
      type: 'TrafficFlowObserved',
      from: base,
      to: base + 3_600_000
    })
    return points.map((point) => ('offset' in point ? point.offset : undefined))
  }
  const epoch = 'epoch-1'

  test('finds the guilty among many lines by halving, stores all others, and counts each once', async () => {
    const { store, bucket, saved } = await open()
    // Another program has made a text of an attribute that is a number.
    await writeForeign(server, bucketOf(bucket), `TrafficFlowObserved,entity=foreign occupancy="12 %" ${base}000000`)
    const guilty = new Set([3, 77, 78, 200])
    const rows = Array.from({ length: 200 }, (_, i) =>
      detector(i + 1, base + i, guilty.has(i + 1) ? { intensity: i, occupancy: 0.5 } : { intensity: i })
    )
    const refusals: HistoryRefusal[] = []
    const checkpoint = await store.write(rows, { epoch, offset: 200 }, async (found) => void refusals.push(...found))
    expect(refusals.map(({ offset }) => offset)).toEqual([...guilty])
    for (const { reason } of refusals) expect(reason).toMatch(/field type conflict/)
    expect(checkpoint).toEqual({ epoch, offset: 200, stored: 196, refused: 4 })
    expect(saved).toEqual([checkpoint])
    expect(await offsets(store)).toEqual(rows.map(({ offset }) => offset).filter((offset) => !guilty.has(offset)))
  })

  test('a batch that is guilty as a whole is refused without a request for every line', async () => {
    const front = await putInFront(server.url)
    ends.push(front.close)
    const { store, bucket } = await open({ url: front.url })
    await writeForeign(server, bucketOf(bucket), `TrafficFlowObserved,entity=foreign occupancy="12 %" ${base}000000`)
    const rows = Array.from({ length: 500 }, (_, i) => detector(i + 1, base + i, { occupancy: 0.5 }))
    const checkpoint = await store.write(rows, { epoch, offset: 500 }, async () => undefined)
    expect(checkpoint).toMatchObject({ stored: 0, refused: 500 })
    expect(front.paths.filter((path) => path === '/api/v2/write').length).toBeLessThan(10)
  })

  test('half of a batch guilty in one attribute, row by row, is found in a few requests', async () => {
    const front = await putInFront(server.url)
    ends.push(front.close)
    const { store, bucket } = await open({ url: front.url })
    await writeForeign(server, bucketOf(bucket), `TrafficFlowObserved,entity=foreign occupancy="12 %" ${base}000000`)
    const rows = Array.from({ length: 1_000 }, (_, i) =>
      detector(i + 1, base + i, i % 2 === 0 ? { intensity: i } : { intensity: i, occupancy: 0.5 })
    )
    const checkpoint = await store.write(rows, { epoch, offset: 1_000 }, async () => undefined)
    expect(checkpoint).toMatchObject({ stored: 500, refused: 500 })
    expect(front.paths.filter((path) => path === '/api/v2/write').length).toBeLessThan(6)
    expect((await offsets(store)).length).toBe(500)
  })

  test('readings beyond the retention of a bucket that was there are refused, and only they, however they are mixed', async () => {
    const front = await putInFront(server.url)
    ends.push(front.close)
    const bucket = `city-brain-test-${randomUUID()}`
    await makeBucket(server, bucket, 1)
    ends.push(() => dropBucket(server, bucket))
    const { store } = await open({ url: front.url, bucket })
    const now = Date.now()
    // 90 minutes old, 30 minutes old, by turns, and one of a year ago.
    const rows = Array.from({ length: 400 }, (_, i) =>
      detector(i + 1, now - (i === 7 ? 365 * 86_400_000 : (i % 2 === 0 ? 90 : 30) * 60_000) + i, { intensity: i })
    )
    const old = rows.filter(({ dateObserved }) => dateObserved < now - 3_600_000).map(({ offset }) => offset)
    const refusals: HistoryRefusal[] = []
    const checkpoint = await store.write(rows, { epoch, offset: 400 }, async (found) => void refusals.push(...found))
    expect(refusals.map(({ offset }) => offset)).toEqual(old)
    for (const { reason } of refusals) expect(reason).toMatch(/retention/)
    expect(checkpoint).toMatchObject({ stored: 400 - old.length, refused: old.length })
    expect(front.paths.filter((path) => path === '/api/v2/write').length).toBeLessThan(6)
    const answer = await store.query({ entity: 'det-1', type: 'TrafficFlowObserved', from: now - 3_600_000, to: now })
    expect(answer.points).toHaveLength(400 - old.length)
  })

  test('an answer that never arrives: the batch is written again, and nothing is doubled', async () => {
    const front = await putInFront(server.url)
    ends.push(front.close)
    const { store, saved } = await open({ url: front.url })
    front.lose = (path) => path.startsWith('/api/v2/write')
    const rows = [detector(1, base, { intensity: 1 }), detector(2, base, { intensity: 2 })]
    await expect(store.write(rows, { epoch, offset: 2 }, nothingRefused)).rejects.toThrow(HistoryUnavailable)
    // They are in, and only the answer was lost.
    await vi.waitFor(async () => expect(await offsets(store)).toEqual([1, 2]))
    expect(saved).toEqual([])
    front.lose = undefined
    expect(await store.write(rows, { epoch, offset: 2 }, nothingRefused)).toMatchObject({ stored: 2 })
    expect(await offsets(store)).toEqual([1, 2])
  })

  test('a connection cut in the middle of a batch is a fault that may pass', async () => {
    const front = await putInFront(server.url)
    ends.push(front.close)
    const { store, saved } = await open({ url: front.url })
    front.answer = (_path, _response, incoming) => {
      incoming.once('data', () => incoming.socket.resetAndDestroy())
      return true
    }
    const rows = Array.from({ length: 5_000 }, (_, i) => detector(i + 1, base + i, { intensity: i }))
    await expect(store.write(rows, { epoch, offset: 5_000 }, nothingRefused)).rejects.toThrow(HistoryUnavailable)
    expect(saved).toEqual([])
    front.answer = undefined
    expect(await store.write(rows, { epoch, offset: 5_000 }, nothingRefused)).toMatchObject({ stored: 5_000 })
  })

  test('writes asked for at once go one after the other: never two requests under way', async () => {
    const front = await putInFront(server.url)
    ends.push(front.close)
    const { store } = await open({ url: front.url })
    let most = 0
    let underWay = 0
    front.answer = (path, response) => {
      if (!path.startsWith('/api/v2/write')) return false
      most = Math.max(most, ++underWay)
      response.once('close', () => underWay--)
      setTimeout(() => response.writeHead(204).end(), 20)
      return true
    }
    await Promise.all(
      [1, 2, 3, 4].map((offset) => store.write([detector(offset, base, {})], { epoch, offset }, nothingRefused))
    )
    expect(most).toBe(1)
  })

  test.runIf(server.process)(
    'a server that is stopped in its tracks, and one that is killed and comes back',
    async () => {
      const own = await startInfluxd()
      if ('missing' in own) throw new Error(own.missing)
      ends.push(() => own.stop())
      const { store } = await open({ url: own.url, timeout: 400 })
      const row = (offset: number) => detector(offset, base + offset, { intensity: offset })
      await store.write([row(1)], { epoch, offset: 1 }, nothingRefused)
      own.process?.kill('SIGSTOP')
      // On a busy machine a signal takes its time.
      await vi.waitFor(() => expect(readFileSync(`/proc/${own.process?.pid}/stat`, 'utf8')).toMatch(/\) T /))
      await expect(store.write([row(1), row(2)], { epoch, offset: 2 }, nothingRefused)).rejects.toThrow(
        /did not answer/
      )
      own.process?.kill('SIGCONT')
      await vi.waitFor(
        async () =>
          expect(await store.write([row(2)], { epoch, offset: 2 }, nothingRefused)).toMatchObject({ stored: 2 }),
        { timeout: 10_000, interval: 100 }
      )
      await own.restart?.()
      await vi.waitFor(
        async () =>
          expect(await store.write([row(3)], { epoch, offset: 3 }, nothingRefused)).toMatchObject({ stored: 3 }),
        { timeout: 20_000, interval: 100 }
      )
      expect(await offsets(store)).toEqual([1, 2, 3])
    },
    60_000
  )

  test.each([
    ['503 with a time to wait', 503, { 'retry-after': '7' }, 7_000],
    ['429', 429, {}, undefined],
    ['502 of a proxy', 502, { 'content-type': 'text/html' }, undefined],
    ['400 of a proxy, which knows nothing of lines', 400, { 'content-type': 'text/html' }, undefined]
  ])(
    '%s is a fault that may pass: nothing is counted, and the same batch goes in afterwards',
    async (_name, status, headers, retryAfter) => {
      const front = await putInFront(server.url)
      ends.push(front.close)
      const { store, saved } = await open({ url: front.url })
      front.answer = (_path, response) => {
        response.writeHead(status, headers).end('<html>not now</html>')
        return true
      }
      const rows = [detector(1, base, { intensity: 1 })]
      const fault = await store.write(rows, { epoch, offset: 1 }, nothingRefused).catch((thrown: unknown) => thrown)
      expect(fault).toBeInstanceOf(HistoryUnavailable)
      expect((fault as HistoryUnavailable).retryAfter).toBe(retryAfter)
      expect(saved).toEqual([])
      front.answer = undefined
      expect(await store.write(rows, { epoch, offset: 1 }, nothingRefused)).toMatchObject({ stored: 1 })
      expect(await offsets(store)).toEqual([1])
    }
  )

  test('a server that takes the request and never answers is given up after the time limit', async () => {
    const front = await putInFront(server.url)
    ends.push(front.close)
    const { store } = await open({ url: front.url, timeout: 150 })
    let hung = 0
    front.answer = (_path, response) => {
      hung++
      response.on('close', () => hung--)
      return true
    }
    await expect(
      store.write([detector(1, base, { intensity: 1 })], { epoch, offset: 1 }, nothingRefused)
    ).rejects.toThrow(/did not answer within 0.15 s/)
    await vi.waitFor(() => expect(hung).toBe(0))
    front.answer = undefined
    expect(
      await store.write([detector(1, base, { intensity: 1 })], { epoch, offset: 1 }, nothingRefused)
    ).toMatchObject({ stored: 1 })
  })

  test('opens while InfluxDB is away, and makes the bucket when it is there', async () => {
    const front = await putInFront(server.url)
    ends.push(front.close)
    front.answer = (_path, response) => {
      response.destroy()
      return true
    }
    const log = vi.fn()
    const { store } = await open({ url: front.url, log })
    expect(log).toHaveBeenCalledWith('warn', expect.stringContaining('not there yet'), expect.anything())
    expect(await store.checkpoint()).toBeUndefined()
    const rows = [detector(1, base, { intensity: 1 })]
    await expect(store.write(rows, { epoch, offset: 1 }, nothingRefused)).rejects.toThrow(HistoryUnavailable)
    await expect(store.latestAt(base)).rejects.toThrow(HistoryUnavailable)
    front.answer = undefined
    expect(await store.write(rows, { epoch, offset: 1 }, nothingRefused)).toMatchObject({ stored: 1 })
    expect(await store.latestAt(base)).toEqual(rows)
  })

  test('a crash between the write and the checkpoint repeats the batch and doubles nothing', async () => {
    let crash = true
    const saved: HistoryCheckpoint[] = []
    const { store } = await open({
      checkpoints: {
        load: async () => undefined,
        save: async (next) => {
          if (crash) throw new Error('killed')
          saved.push(next)
        }
      }
    })
    const rows = [detector(1, base, { intensity: 1 }), detector(2, base, { intensity: 2 }), detector(3, base + 1, {})]
    await expect(store.write(rows, { epoch, offset: 3 }, nothingRefused)).rejects.toThrow('killed')
    expect(await offsets(store)).toEqual([1, 2, 3])
    crash = false
    await store.write(rows, { epoch, offset: 3 }, nothingRefused)
    expect(await offsets(store)).toEqual([1, 2, 3])
    expect(saved).toEqual([{ epoch, offset: 3, stored: 3, refused: 0 }])
  })

  test('compressed batches are the same', async () => {
    const { store } = await open({ gzip: true })
    const rows = Array.from({ length: 100 }, (_, i) => detector(i + 1, base + i, { vehicleType: `车 ${i}` }))
    await store.write(rows, { epoch, offset: 100 }, nothingRefused)
    expect(await offsets(store)).toEqual(rows.map(({ offset }) => offset))
  })

  test('a bucket that has gone is a matter for a person', async () => {
    const { store, bucket } = await open()
    await store.write([detector(1, base, { intensity: 1 })], { epoch, offset: 1 }, nothingRefused)
    await dropBucket(server, bucket)
    const write = store.write([detector(2, base, { intensity: 1 })], { epoch, offset: 2 }, nothingRefused)
    await expect(write).rejects.toThrow(HistoryMisconfigured)
    await expect(store.latestAt(base)).rejects.toThrow(HistoryMisconfigured)
    expect(await store.checkpoint()).toMatchObject({ offset: 1 })
  })

  test.runIf(is1)(
    'of InfluxDB 1.x a retention policy is made where it is missing, and told where it has gone',
    async () => {
      const database = `city-brain-test-${randomUUID()}`
      ends.push(() => dropBucket(server, database))
      await statement(server, `CREATE DATABASE "${database}"`)
      const { store } = await open({ bucket: `${database}/kept`, retentionDays: 30 })
      expect(JSON.stringify(await statement(server, `SHOW RETENTION POLICIES ON "${database}"`))).toContain(
        '"kept","720h0m0s"'
      )
      await store.write([detector(1, base, { intensity: 1 })], { epoch, offset: 1 }, nothingRefused)
      expect(await offsets(store)).toEqual([1])
      await statement(server, `DROP RETENTION POLICY "kept" ON "${database}"`)
      const write = store.write([detector(2, base, { intensity: 1 })], { epoch, offset: 2 }, nothingRefused)
      await expect(write).rejects.toThrow(HistoryMisconfigured)
      await expect(write).rejects.toThrow(/retention policy not found/)
    }
  )

  test.runIf(is1)('of InfluxDB 1.x a bucket is "database" or "database/policy"', async () => {
    await expect(open({ bucket: 'a/b/c' })).rejects.toThrow(/"database\/policy"/)
  })

  test('an address that is no InfluxDB, or none at all, is told at once', async () => {
    await expect(open({ url: 'localhost:8086' })).rejects.toThrow(HistoryMisconfigured)
    await expect(open({ url: 'not a url' })).rejects.toThrow(/not a url/)
    const front = await putInFront(server.url)
    ends.push(front.close)
    front.answer = (_path, response) => {
      response.writeHead(200).end('hello')
      return true
    }
    await expect(open({ url: front.url })).rejects.toThrow(/not InfluxDB/)
  })

  test.runIf(server.process)('user and password are asked for and told when they are wrong', async () => {
    const guarded = await startInfluxd({ INFLUXDB_HTTP_AUTH_ENABLED: 'true' })
    if ('missing' in guarded) throw new Error(guarded.missing)
    ends.push(() => guarded.stop())
    const admin: InfluxServer = { ...guarded, username: 'city', password: 'correct horse' }
    await statement(guarded, `CREATE USER "city" WITH PASSWORD 'correct horse' WITH ALL PRIVILEGES`)
    const { url } = guarded
    await expect(open({ url })).rejects.toThrow(HistoryMisconfigured)
    await expect(open({ url, username: 'city', password: 'wrong' })).rejects.toThrow(/401/)
    const { store } = await open({ url, username: 'city', password: 'correct horse' })
    expect(
      await store.write([detector(1, base, { intensity: 1 })], { epoch, offset: 1 }, nothingRefused)
    ).toMatchObject({ stored: 1 })
    expect(await offsets(store)).toEqual([1])
    await statement(admin, `SET PASSWORD FOR "city" = 'changed'`)
    const write = store.write([detector(2, base, { intensity: 1 })], { epoch, offset: 2 }, nothingRefused)
    await expect(write).rejects.toThrow(HistoryMisconfigured)
    await expect(write).rejects.not.toThrow(/correct horse/)
  })

  const bucketOf = (bucket: string) => (is1 ? `${bucket}/autogen` : bucket)
})

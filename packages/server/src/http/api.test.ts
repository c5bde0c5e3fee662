import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openJournal } from '@city-brain/journal'
import {
  type ApiError,
  type Health,
  type HistoryWireAnswer,
  languages,
  type ParkingAnswer,
  systemClock
} from '@city-brain/model'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDevice, type Device } from '../testing/device.ts'
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

let city: TestCity
let operator: Client
let bin: Device
let now: number
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString()

beforeAll(async () => {
  city = await startTinyCity()
  operator = await signInFirst(city)
  now = Math.floor(Date.now() / 60_000) * 60_000
  bin = await createDevice(city, 'bin-1')
  for (const minutes of [30, 20, 10]) {
    await bin.publish('city/centre/waste/bin-1/obs', {
      dateObserved: minutesAgo(minutes),
      fillingLevel: 1 - minutes / 100,
      temperature: minutes === 10 ? 90 : 20
    })
  }
  await bin.publish('city/centre/waste/bin-1/obs', { dateObserved: minutesAgo(5), fillingLevel: 70 })
  await bin.publish('city/centre/waste/park-1/obs', { dateObserved: minutesAgo(5), fillingLevel: 0.7 })
  const park = await createDevice(city, 'park-1')
  await park.publish('city/centre/parking/park-1/obs', {
    dateObserved: new Date().toISOString(),
    availableSpotNumber: 148
  })
  await park.end()
  await eventually(async () => {
    const { counters } = await operator.json<Health>('/api/health')
    expect(counters).toMatchObject({ received: 6, accepted: 4, rejected: 2, stored: 4, pending: 0 })
  })
})
afterAll(async () => {
  await bin?.end()
  await city?.end()
})

type OpenApi = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}
type Operation = {
  summary?: string
  tags?: string[]
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[]
  responses?: Record<string, { content?: Record<string, { schema?: object }> }>
}
const operations = (document: OpenApi) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
  )

test('every route describes itself: summary, tag, parameters, and the answers of success and of faults', async () => {
  const document = await operator.json<OpenApi>('/api/openapi.json')
  expect(document.openapi).toMatch(/^3\.1/)
  expect(operations(document).length).toBeGreaterThan(20)
  for (const { path, method, operation } of operations(document)) {
    const name = `${method} ${path}`
    expect(operation.summary, name).toBeTruthy()
    expect(operation.tags, name).toHaveLength(1)
    const inPath = [...path.matchAll(/\{([^}*]+)\}/g)].map((match) => match[1])
    const described = (operation.parameters ?? []).filter((one) => one.in === 'path' && one.required && one.schema)
    expect(described.map((one) => one.name).sort(), name).toEqual(inPath.sort())
    const answers = Object.keys(operation.responses ?? {})
    expect(
      answers.some((status) => /^2\d\d$/.test(status)),
      name
    ).toBe(true)
    if (path !== '/api/openapi.json') expect(answers, name).toEqual(expect.arrayContaining(['4XX', '5XX']))
  }
})

test('every answer has the form that its route describes', async () => {
  const document = await operator.json<OpenApi>('/api/openapi.json')
  const span = `from=${minutesAgo(60)}&to=${minutesAgo(0)}`
  const paths: Record<string, string[]> = {
    '/api/session': ['/api/session'],
    '/api/city': ['/api/city'],
    '/api/city/basemap': ['/api/city/basemap'],
    '/api/health': ['/api/health'],
    '/api/entities': ['/api/entities'],
    '/api/entities/{id}': ['/api/entities/bin-1', '/api/entities/int-1'],
    '/api/entities/{id}/history': [
      `/api/entities/bin-1/history?${span}`,
      `/api/entities/bin-1/history?${span}&every=600&attributes=fillingLevel`
    ],
    '/api/entities/{id}/entries': ['/api/entities/bin-1/entries'],
    '/api/alarms': ['/api/alarms', '/api/alarms?history=true'],
    '/api/commands': ['/api/commands', '/api/commands?intersection=int-1'],
    '/api/dead-letters': ['/api/dead-letters', '/api/dead-letters?code=wrong-topic'],
    '/api/devices': ['/api/devices', '/api/devices?limit=2&after=bin-1'],
    '/api/claim-keys': ['/api/claim-keys'],
    '/api/radio-devices': ['/api/radio-devices'],
    '/api/timeline': [`/api/timeline?${span}&every=600`],
    '/api/at': [`/api/at?time=${minutesAgo(15)}`],
    '/api/parking': ['/api/parking'],
    '/api/parking/city': ['/api/parking/city'],
    '/api/parking/basemap': ['/api/parking/basemap'],
    '/api/openapi.json': ['/api/openapi.json']
  }
  const gets = operations(document).filter(({ method }) => method === 'get')
  expect(gets.map(({ path }) => path).sort()).toEqual(Object.keys(paths).sort())
  for (const { path, operation } of gets) {
    const schema = operation.responses?.['200']?.content?.['application/json']?.schema
    if (path !== '/api/openapi.json') expect(schema, path).toBeDefined()
    for (const url of paths[path] ?? []) {
      const answer = await operator.json<unknown>(url)
      const validator = Compile(schema ?? {})
      expect(validator.Check(answer), `${url}: ${JSON.stringify(validator.Errors(answer).slice(0, 3))}`).toBe(true)
    }
  }
})

test('without a session everything is denied but health, parking and signing in', async () => {
  const stranger = createClient(city)
  const document = await operator.json<OpenApi>('/api/openapi.json')
  const open: string[] = []
  for (const { path, method } of operations(document)) {
    const init = method === 'get' ? {} : { ...post({}), method: method.toUpperCase() }
    const answer = await stranger.request(path.replace('{id}', 'bin-1').replace('{intersection}', 'int-1'), init)
    // A webhook is for programs with a secret: there it is that which is missing.
    const code = path.startsWith('/api/webhooks/') ? 'wrong-credentials' : 'unauthenticated'
    if (answer.status === 401) expect(await answer.json()).toMatchObject({ code })
    else open.push(`${method} ${path} ${answer.status}`)
  }
  expect(open.sort()).toEqual([
    'get /api/health 200',
    'get /api/parking 200',
    'get /api/parking/basemap 200',
    'get /api/parking/city 200',
    'post /api/devices/claim 400',
    'post /api/session 400'
  ])
  stranger.cookie = 'city_brain_session=forged'
  expect((await stranger.request('/api/alarms')).status).toBe(401)
})

test('until the first password is changed nothing else can be done', async () => {
  const other = await startTinyCity()
  try {
    const { name = '', password = '' } = other.firstOperator ?? {}
    const client = await signIn(other, name, password)
    expect(await client.json('/api/session')).toEqual({ operator: 'operator', mustChangePassword: true })
    const refused = await client.request('/api/alarms')
    expect([refused.status, ((await refused.json()) as ApiError).code]).toEqual([403, 'must-change-password'])
    const weak = await client.request('/api/session/password', post({ current: password, next: 'short' }))
    expect(await weak.json()).toMatchObject({ code: 'weak-password', path: 'body/next' })
    const wrong = await client.request('/api/session/password', post({ current: 'wrong', next: ownPassword }))
    expect(wrong.status).toBe(401)
    const before = client.cookie
    const changed = await client.request('/api/session/password', post({ current: password, next: ownPassword }))
    expect(await changed.json()).toEqual({ operator: 'operator', mustChangePassword: false })
    expect(client.cookie).not.toBe(before)
    expect((await client.request('/api/alarms')).status).toBe(200)
    const old = createClient(other)
    old.cookie = before
    expect((await old.request('/api/session')).status).toBe(401)
    expect((await client.request('/api/session', { method: 'DELETE' })).status).toBe(204)
    expect((await client.request('/api/session')).status).toBe(401)
  } finally {
    await other.end()
  }
})

test('the cookie is for this site and out of scripts’ reach; behind TLS it is secure', async () => {
  const client = createClient(city)
  const credentials = post({ name: 'operator', password: ownPassword })
  const plain = await client.request('/api/session', credentials)
  expect(plain.headers.get('set-cookie')).toMatch(
    /^city_brain_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/
  )
  const headers = {
    'content-type': 'application/json',
    'x-forwarded-proto': 'https',
    origin: city.url.replace('http', 'https')
  }
  const behindTls = await client.request('/api/session', { ...credentials, headers })
  expect(behindTls.headers.get('set-cookie')).toContain('; Secure')
})

test('passwords cannot be guessed in numbers', async () => {
  const client = createClient(city)
  const statuses: number[] = []
  let last: Response | undefined
  for (let attempt = 0; attempt < 7; attempt++) {
    last = await client.request('/api/session', post({ name: 'guessed', password: `attempt ${attempt}` }))
    statuses.push(last.status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(250)
  expect(await last?.json()).toMatchObject({ code: 'too-many-requests' })
})

test.each([
  ['another site', { origin: 'https://evil.example' }],
  ['a sandboxed page', { origin: 'null' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
  ['a form of another site', { 'sec-fetch-site': 'cross-site', origin: undefined }]
])('a request that changes something is refused from %s', async (_name, given) => {
  const headers: Record<string, string> = { 'content-type': 'application/json', cookie: operator.cookie }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) headers[name] = value
  // Not by the client above, which says that it is the city's own page.
  const answer = await fetch(`${city.url}/api/session`, { method: 'DELETE', headers })
  expect([answer.status, ((await answer.json()) as ApiError).code]).toEqual([403, 'wrong-origin'])
  expect((await operator.request('/api/session')).status).toBe(200)
})

test.each([
  ['GET', '/api/nothing', undefined, 404, { code: 'not-found' }],
  ['GET', '/nothing', undefined, 404, { code: 'not-found' }],
  ['GET', '/api/entities/bin-9', undefined, 404, { code: 'unknown-entity' }],
  [
    'GET',
    '/api/entities/int-1/history?from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z',
    undefined,
    404,
    { code: 'not-found' }
  ],
  [
    'GET',
    '/api/entities/bin-1/history?from=yesterday&to=2026-05-05T00:00:00Z',
    undefined,
    400,
    { code: 'bad-request', path: 'querystring/from' }
  ],
  [
    'GET',
    '/api/entities/bin-1/history?from=2026-06-31T00:00:00Z&to=2026-07-05T00:00:00Z',
    undefined,
    400,
    { code: 'bad-request' }
  ],
  [
    'GET',
    '/api/entities/bin-1/history?from=2026-05-05T00:00:00Z&to=2026-05-04T00:00:00Z',
    undefined,
    400,
    { code: 'bad-request', path: 'querystring/to' }
  ],
  [
    'GET',
    '/api/entities/bin-1/history?from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z&attributes=colour',
    undefined,
    400,
    { code: 'bad-request', path: 'querystring/attributes' }
  ],
  [
    'GET',
    '/api/entities/bin-1/entries?kinds=operator-action',
    undefined,
    400,
    { code: 'bad-request', path: 'querystring/kinds' }
  ],
  ['GET', '/api/alarms?limit=many', undefined, 400, { code: 'bad-request', path: 'querystring/limit' }],
  ['GET', '/api/alarms?colour=red', undefined, 400, { code: 'bad-request', path: 'querystring/colour' }],
  ['POST', '/api/alarms/fire%2Fnobody/acknowledge', undefined, 404, { code: 'not-found' }],
  ['POST', '/api/dead-letters/replay', { offsets: [] }, 400, { code: 'bad-request', path: 'body/offsets' }],
  ['POST', '/api/dead-letters/replay', 'nonsense', 400, { code: 'not-json' }],
  ['POST', '/api/dead-letters/replay', { offsets: [1], more: 'x'.repeat(70_000) }, 413, { code: 'payload-too-large' }]
] as const)('%s %s is an error of the one shape', async (method, path, body, status, expected) => {
  const init: RequestInit = { method }
  if (body !== undefined) {
    init.body = typeof body === 'string' ? body : JSON.stringify(body)
    init.headers = { 'content-type': 'application/json' }
  }
  const answer = await operator.request(path, init)
  const error = (await answer.json()) as ApiError
  expect([answer.status, error]).toEqual([status, expect.objectContaining(expected)])
  expect(Object.keys(error).every((key) => ['code', 'message', 'path', 'expected'].includes(key))).toBe(true)
})

test('every answer says what a browser may do with it', async () => {
  const { host } = new URL(city.url)
  for (const path of ['/api/health', '/api/nothing', '/api/alarms']) {
    const { headers } = await operator.request(path)
    expect(headers.get('content-security-policy')).toContain(`connect-src 'self' ws://${host} wss://${host};`)
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('history answers with the readings, raw and in windows', async () => {
  const span = `from=${minutesAgo(60)}&to=${minutesAgo(0)}`
  const raw = await operator.json<HistoryWireAnswer>(`/api/entities/bin-1/history?${span}`)
  expect(raw.points).toMatchObject([
    { dateObserved: minutesAgo(30), values: { fillingLevel: 0.7, temperature: 20 } },
    { dateObserved: minutesAgo(20), values: { fillingLevel: 0.8, temperature: 20 } },
    { dateObserved: minutesAgo(10), values: { fillingLevel: 0.9, temperature: 90 } }
  ])
  const windows = await operator.json<HistoryWireAnswer>(
    `/api/entities/bin-1/history?${span}&every=3600&attributes=temperature`
  )
  expect(windows).toMatchObject({ kind: 'windows', every: 3600 })
  const points = windows.kind === 'windows' ? windows.points : []
  expect(points.reduce((sum, point) => sum + point.count, 0)).toBe(3)
  expect(Math.max(...points.map((point) => point.values.temperature?.max ?? 0))).toBe(90)
})

test('an alarm is acknowledged by name, once', async () => {
  type Alarms = { alarms: { id: string; state: string; acknowledgedBy?: string }[] }
  const alarmNow = async () => (await operator.json<Alarms>('/api/alarms')).alarms
  await eventually(async () =>
    expect(await alarmNow()).toMatchObject([{ id: 'container-fire/bin-1', state: 'unacknowledged' }])
  )
  const path = `/api/alarms/${encodeURIComponent('container-fire/bin-1')}/acknowledge`
  expect((await operator.request(path, { method: 'POST' })).status).toBe(202)
  await eventually(async () =>
    expect(await alarmNow()).toMatchObject([{ state: 'acknowledged', acknowledgedBy: 'operator' }])
  )
  expect((await operator.request(path, { method: 'POST' })).status).toBe(409)
  const past = await operator.json<Alarms>('/api/alarms?history=true')
  expect(past.alarms).toMatchObject([{ id: 'container-fire/bin-1', state: 'acknowledged' }])
  const trail = await operator.json<{ entries: { kind: string; payload: { transition: string } }[] }>(
    '/api/entities/bin-1/entries?kinds=alarm'
  )
  expect(trail.entries.map(({ payload }) => payload.transition)).toEqual(['acknowledged', 'raised'])
})

test('a signal is released by name', async () => {
  expect((await operator.request('/api/signals/int-1/release', { method: 'POST' })).status).toBe(202)
  expect((await operator.request('/api/signals/int-9/release', { method: 'POST' })).status).toBe(404)
  type Entries = { entries: { payload: { outcome: string } }[] }
  // Its controller has never reported, so nothing is commanded; the decision says so.
  await eventually(async () =>
    expect(await operator.json<Entries>('/api/entities/int-1/entries?kinds=decision')).toMatchObject({
      entries: [{ payload: { outcome: 'no-state' } }]
    })
  )
})

test('dead letters are listed, page by page and by code, and can be replayed', async () => {
  type Letters = { deadLetters: { offset: number; code: string; path?: string; topic: string }[]; next?: number }
  const all = await operator.json<Letters>('/api/dead-letters')
  expect(all.deadLetters.map(({ code }) => code)).toEqual(['wrong-topic', 'schema'])
  const first = await operator.json<Letters>('/api/dead-letters?limit=1')
  const second = await operator.json<Letters>(`/api/dead-letters?limit=1&before=${first.next}`)
  expect([...first.deadLetters, ...second.deadLetters]).toEqual(all.deadLetters)
  const byCode = await operator.json<Letters>('/api/dead-letters?code=schema')
  expect(byCode.deadLetters).toMatchObject([{ code: 'schema', path: '/fillingLevel' }])
  const offsets = all.deadLetters.map(({ offset }) => offset)
  const answer = await operator.request('/api/dead-letters/replay', post({ offsets: [...offsets, 1] }))
  expect(await answer.json()).toMatchObject({
    replayed: [
      { offset: offsets[0], outcome: 'rejected', code: 'wrong-topic' },
      { offset: offsets[1], outcome: 'rejected', code: 'schema' },
      { offset: 1, outcome: 'not-found' }
    ]
  })
})

test('the past can be looked at: the snapshot of a moment, and how busy it was', async () => {
  type Past = {
    now: number
    entities: { entity: string; values: { fillingLevel: number }; stale: boolean }[]
    alarms: unknown[]
  }
  const past = await operator.json<Past>(`/api/at?time=${minutesAgo(15)}`)
  expect(past.now).toBe(now - 15 * 60_000)
  expect(past.entities).toMatchObject([{ entity: 'bin-1', values: { fillingLevel: 0.8 }, stale: false }])
  expect(past.alarms).toEqual([])
  const present = await operator.json<Past>(`/api/at?time=${new Date(Date.now() + 1_000).toISOString()}`)
  expect(present.alarms).toHaveLength(1)
  type Timeline = { windows: { readings: number; alarms: number }[] }
  const { windows } = await operator.json<Timeline>(
    `/api/timeline?from=${minutesAgo(35)}&to=${minutesAgo(-5)}&every=600`
  )
  expect(windows.map(({ readings }) => readings)).toEqual([1, 1, 1, 1])
  expect(windows.reduce((sum, { alarms }) => sum + alarms, 0)).toBe(1)
})

test('residents see car parks, and nothing else', async () => {
  const stranger = createClient(city)
  const { places } = await stranger.json<ParkingAnswer>('/api/parking')
  expect(places).toMatchObject([
    { id: 'park-1', state: 'open', availableSpotNumber: 148, totalSpotNumber: 200, position: [122.002, 29] },
    { id: 'park-2', state: 'unknown' }
  ])
  expect(Object.keys(places[0]?.name ?? {})).toEqual([...languages])
  expect(await stranger.json('/api/parking/city')).toEqual({
    name: { en: 'Tiny', zh: '小城' },
    timeZone: 'Asia/Shanghai',
    centre: [122, 29],
    zoom: 13,
    basemap: '/api/parking/basemap'
  })
})

test('what does not change is not sent twice', async () => {
  const first = await operator.request('/api/city')
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[\w-]{22}"$/)
  expect(first.headers.get('content-encoding')).toBe('gzip')
  const again = await operator.request('/api/city', { headers: { 'if-none-match': etag } })
  expect([again.status, await again.text()]).toEqual([304, ''])
})

test('the pages are public, compressed beforehand, and only the files that are there', async () => {
  const folder = temporaryFolder()
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text)
  mkdirSync(join(folder.path, 'assets'))
  write('index.html', 'the console')
  write('parking.html', 'the residents’ page')
  write('.built', 'a stamp')
  write('assets/a-1.js', 'const a = 1')
  writeFileSync(join(folder.path, 'assets/a-1.js.gz'), gzipSync('const a = 1'))
  const other = await startTinyCity({ pages: folder.path })
  const stranger = createClient(other)
  const page = await stranger.request('/')
  expect([await page.text(), page.headers.get('cache-control')]).toEqual(['the console', 'no-cache'])
  expect(await (await stranger.request('/parking')).text()).toBe('the residents’ page')
  const script = await stranger.request('/assets/a-1.js', { headers: { 'accept-encoding': 'gzip' } })
  expect(await script.text()).toBe('const a = 1')
  expect(script.headers.get('content-encoding')).toBe('gzip')
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  for (const path of ['/.built', '/assets/b.js', '/assets/', '/%2e%2e/package.json']) {
    expect((await stranger.request(path)).status, path).toBe(404)
  }
  await other.end()
  folder.remove()
})

test('what operators do is in the journal; secrets are neither there nor in the log', async () => {
  const other = await startTinyCity()
  const client = await signInFirst(other)
  const device = await createDevice(other, 'bin-1')
  await device.end()
  await client.request('/api/session', post({ name: 'operator', password: 'a wrong password' }))
  await client.request('/api/session', post({ name: 'a password in the wrong field', password: 'operator' }))
  await client.request('/api/session', { method: 'DELETE' })
  await other.stop()
  const journal = await openJournal({
    folder: join(other.data, 'journal'),
    clock: systemClock,
    log: () => undefined,
    ticks: 'none'
  })
  const entries = await journal.read(0, 1_000)
  await journal.close()
  const actions = entries.flatMap((entry) => (entry.kind === 'operator-action' ? [entry.payload] : []))
  expect(actions.map(({ action, operator: name }) => `${action} ${name}`)).toEqual([
    'sign-in operator',
    'password-changed operator',
    'device-secret console',
    'sign-in-refused operator',
    'sign-in-refused unknown',
    'sign-out operator'
  ])
  const written = JSON.stringify(entries) + other.lines.join('\n')
  for (const secret of [other.firstOperator?.password, ownPassword, device.secret, 'a wrong password', 'wrong field']) {
    expect(written).not.toContain(secret)
  }
  await other.end()
})

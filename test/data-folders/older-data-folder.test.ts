import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openJournal } from '@city-brain/journal'
import type { DeadLettersAnswer, HistoryWireAnswer } from '@city-brain/model'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signIn } from '../city/operator-session.ts'
import { type RunningCity, startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { writeLongLivedCity } from './long-lived-city.ts'

let folder: ReturnType<typeof temporaryFolder>
let running: RunningCity | undefined
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await running?.kill()
  running = undefined
  folder.remove()
})

const formats = readdirSync(import.meta.dirname).flatMap((name) => /^format-(\d+)\.tar\.gz$/.exec(name)?.[1] ?? [])

type Told = {
  epoch: string
  offset: number
  stored: number
  name: string
  password: string
  device: string
  secret: string
}

/** A data folder as a version of before left it, unpacked. */
function unpack(format: string): { data: string; told: Told } {
  const data = join(folder.path, 'data')
  mkdirSync(data)
  execFileSync('tar', ['-xzf', join(import.meta.dirname, `format-${format}.tar.gz`), '-C', data])
  return { data, told: JSON.parse(readFileSync(join(import.meta.dirname, `format-${format}.json`), 'utf8')) as Told }
}
const start = async (data: string) => {
  running = await startCity({ city: writeLongLivedCity(join(folder.path, 'city')), data })
  return running
}

test('there is a data folder of each format', () => {
  expect(formats.length).toBeGreaterThan(0)
})

test.each(formats)(
  'a data folder of format %s: readings, alarms, operators, secrets and totals are there, and it goes on',
  async (format) => {
    const { data, told } = unpack(format)
    const city = await start(data)
    expect(city.output()).not.toContain('Password')
    const health = await city.health()
    expect(health.status).toBe('ok')
    expect(health.journal.epoch).toBe(told.epoch)
    expect(health.counters).toMatchObject({ accepted: told.stored, stored: told.stored, rejected: 1, pending: 0 })

    const session = await signIn(city, told)
    const span = 'from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z'
    const history = await session.get<HistoryWireAnswer>(`/api/entities/bin-1/history?${span}`)
    expect(history.points).toHaveLength(told.stored)
    const { alarms } = await session.get<{ alarms: { id: string; state: string }[] }>('/api/alarms')
    expect(alarms).toMatchObject([{ id: 'container-fire/bin-1', state: 'unacknowledged' }])
    const { deadLetters } = await session.get<DeadLettersAnswer>('/api/dead-letters')
    expect(deadLetters).toMatchObject([{ code: 'not-json', device: told.device }])

    const client = await connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
      username: told.device,
      password: told.secret,
      clientId: told.device
    })
    const reading = JSON.stringify({ dateObserved: '2026-01-02T01:00:00Z', temperature: 20 })
    await client.publishAsync(`city/centre/waste/${told.device}/obs`, reading, { qos: 1 })
    await client.endAsync()
    await waitFor(async () => (await city.health()).counters.stored === told.stored + 1, 20_000)
  }
)

const newer: [string, (data: string) => Promise<void>, RegExp][] = [
  [
    'journal',
    (data) => change(join(data, 'journal', 'journal.db'), 'PRAGMA user_version = 99'),
    /journal\.db has format 99; this version reads format/
  ],
  [
    'identity.db',
    (data) => change(join(data, 'identity.db'), 'PRAGMA user_version = 99'),
    /identity\.db was written by a newer version/
  ],
  ['history', newerHistory, /The history was written by a newer version of city-brain \(format 99\)/]
]

test.each(newer)('a %s of a newer format is refused with a line that says so', async (_, age, message) => {
  const { data } = unpack(formats.at(-1) ?? '')
  await age(data)
  const fault = await start(data).catch((error: Error) => error)
  expect(String(fault)).toMatch(message)
  expect(String(fault)).not.toContain('    at ')
})

test('a snapshot of a newer format is not used: the view is built anew from the entries, and a line says so', async () => {
  const { data, told } = unpack(formats.at(-1) ?? '')
  const log = () => undefined
  const journal = await openJournal({
    folder: join(data, 'journal'),
    clock: { now: Date.now, monotonic: () => 0 },
    log,
    ticks: 'none'
  })
  await journal.saveSnapshot('live', journal.head, { format: 99 })
  await journal.close()
  const city = await start(data)
  expect(city.output()).toContain('The state of view "live" has another format; it is built anew from what is kept')
  const { alarms } = await (await signIn(city, told)).get<{ alarms: { id: string }[] }>('/api/alarms')
  expect(alarms).toMatchObject([{ id: 'container-fire/bin-1' }])
})

async function change(file: string, sql: string): Promise<void> {
  execFileSync(process.execPath, ['-e', script, file, sql], {
    cwd: join(import.meta.dirname, '../../packages/journal')
  })
}
const script = `
  const { DatabaseSync } = require('@photostructure/sqlite')
  const database = new DatabaseSync(process.argv[1])
  database.exec(process.argv[2])
  database.close()
`

/** Its format stands in a table of its own. */
async function newerHistory(data: string): Promise<void> {
  const file = join(data, 'history', 'history.duckdb')
  execFileSync(process.execPath, ['-e', historyScript, file], {
    cwd: join(import.meta.dirname, '../../packages/history')
  })
}
const historyScript = `
  const { DuckDBInstance } = require('@duckdb/node-api')
  ;(async () => {
    const instance = await DuckDBInstance.create(process.argv[1])
    const connection = await instance.connect()
    await connection.run('UPDATE format SET version = 99')
    connection.closeSync()
    instance.closeSync()
  })()
`

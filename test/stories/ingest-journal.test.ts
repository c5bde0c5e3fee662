import { createDirectory, createIngest, type Ingest } from '@city-brain/ingest'
import { type JournalLimits, openJournal } from '@city-brain/journal'
import { type AssetCollection, type DeviceRegister, type Entry, type Journal, systemClock } from '@city-brain/model'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { temporaryFolder } from '../city/start-city.ts'

/** The front door over the real journal: what the counters say, over restarts and over a journal that is full. */
const assets: AssetCollection = {
  type: 'FeatureCollection',
  features: ['bin-1', 'bin-2'].map((id) => ({
    type: 'Feature',
    id,
    geometry: null,
    properties: {
      kind: 'container',
      name: { en: id, zh: id },
      area: 'lumen',
      storedWasteKind: 'glass',
      binCapacity: 900
    }
  }))
}
const register: DeviceRegister = {
  devices: ['bin-1', 'bin-2'].map((id) => ({ id, area: 'lumen', domain: 'waste' as const }))
}
const obs = (device: string) => `city/lumen/waste/${device}/obs`
const reading = (n: number) =>
  JSON.stringify({
    dateObserved: new Date(Date.UTC(2026, 4, 4) + n * 1_000).toISOString(),
    fillingLevel: (n % 100) / 100
  })

type Running = {
  journal: Journal
  ingest: Ingest
  connect: (device: string) => Promise<MqttClient>
  stop: () => Promise<void>
}
const folder = temporaryFolder()
let running: Running | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

async function start(name: string, limits?: JournalLimits): Promise<Running> {
  const log = () => {}
  const journal = await openJournal({ folder: `${folder.path}/${name}`, clock: systemClock, log, limits, rhythm: 20 })
  const ingest = await createIngest({
    journal,
    clock: systemClock,
    directory: createDirectory({ register, assets }),
    feeds: [],
    checkCredentials: () => true,
    host: '127.0.0.1',
    port: 0,
    log
  })
  const clients: MqttClient[] = []
  running = {
    journal,
    ingest,
    async connect(username) {
      const client = await connectAsync(`mqtt://127.0.0.1:${ingest.port}`, {
        username,
        password: 'x',
        reconnectPeriod: 0
      })
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    async stop() {
      await Promise.all(clients.map((client) => client.endAsync(true)))
      await ingest.close()
      await journal.close()
    }
  }
  return running
}

test('every reading has one fate, and the counters add up to the entries, over a restart', async () => {
  const sent = 3_000
  const first = await start('fates')
  const clients = [await first.connect('bin-1'), await first.connect('bin-2')] as const
  const publish = (n: number) => {
    const device = n % 2 === 0 ? 'bin-1' : 'bin-2'
    const client = clients[n % 2] as MqttClient
    if (n % 10 === 9) return client.publishAsync(obs(device), `{"broken":${n}`, { qos: 1 })
    // Each tenth is a repeat of one that was sent before.
    return client.publishAsync(obs(device), reading(n % 10 === 8 ? n - 2 : n), { qos: 1 })
  }
  await Promise.all(Array.from({ length: sent }, (_, n) => publish(n)))
  const expected = { accepted: sent * 0.8, rejected: sent / 10, duplicate: sent / 10 }
  expect(first.journal.tally()).toEqual(expected)
  await first.stop()

  const second = await start('fates')
  expect(second.journal.tally()).toEqual(expected)
  // Sent again after the restart, as a client does whose PUBACK was lost: repeats.
  const again = await second.connect('bin-1')
  await Promise.all([2_980, 2_990].map((n) => again.publishAsync(obs('bin-1'), reading(n), { qos: 1 })))
  expect(second.journal.tally()).toEqual({ ...expected, duplicate: expected.duplicate + 2 })
  const entries = (await second.journal.read(0, 100_000, ['reading', 'dead-letter'])) as Entry<
    'reading' | 'dead-letter'
  >[]
  expect(entries.filter(({ kind }) => kind === 'reading')).toHaveLength(expected.accepted)
  expect(entries.filter(({ kind }) => kind === 'dead-letter')).toHaveLength(expected.rejected)
  const distinct = new Set(
    entries.flatMap((entry) => (entry.kind === 'reading' ? [`${entry.entity} ${JSON.stringify(entry.payload)}`] : []))
  )
  expect(distinct.size).toBe(expected.accepted)
})

test('a full journal acknowledges nothing and lets nobody in, until it has room again', async () => {
  const city = await start('full', { limitBytes: 2_000_000, reserveBytes: 1, ballastBytes: 4_096, viewGrace: 0 })
  // A view that is behind: nothing that it needs may be cut.
  await city.journal.snapshot('slow')
  const client = await city.connect('bin-1')
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  let acknowledged = 0
  let full = false
  void closed.then(() => {
    full = true
  })
  for (let n = 0; !full && n < 60_000; n += 200) {
    const batch = Array.from({ length: 200 }, (_, i) =>
      client.publishAsync(obs('bin-1'), reading(n + i), { qos: 1 }).then(
        () => acknowledged++,
        () => {}
      )
    )
    await Promise.race([Promise.all(batch), closed])
  }
  expect(full).toBe(true)
  expect(city.journal.health().state).toBe('full')
  expect(city.journal.tally().accepted).toBeGreaterThanOrEqual(acknowledged)
  expect(acknowledged).toBeGreaterThan(1_000)
  await expect(city.connect('bin-1')).rejects.toMatchObject({ code: 3 })

  await city.journal.saveSnapshot('slow', city.journal.head, {})
  const end = Date.now() + 30_000
  while (city.journal.health().state !== 'ok' && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50))
  const back = await city.connect('bin-1')
  const before = city.journal.tally().accepted
  await back.publishAsync(obs('bin-1'), reading(999_999), { qos: 1 })
  expect(city.journal.tally().accepted).toBe(before + 1)
})

import { join } from 'node:path'
import { JournalError, type JournalOptions, openJournal, runView } from '@city-brain/journal'
import {
  type Alarm,
  type AlarmsAnswer,
  type Draft,
  type Journal,
  type JournalHealth,
  systemClock
} from '@city-brain/model'
import { createAlarmsView } from '@city-brain/rules'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { signInFirst, startTinyCity } from '../testing/start-tiny-city.ts'
import { changedCity, temporaryFolder } from '../testing/tiny-city.ts'
import { createJournalAlarmView } from './journal-alarm-view.ts'
import { watchJournalSpace } from './watch-journal-space.ts'

vi.setConfig({ testTimeout: 60_000 })

const alarmId = 'city.journal-full/tiny'
const limits = { limitBytes: 2_000_000, reserveBytes: 1, ballastBytes: 4_096 }
const readings = Array.from(
  { length: 200 },
  (_, n): Draft => ({
    kind: 'reading',
    entity: 'bin-1',
    source: 'bin-1',
    payload: {
      type: 'WasteContainer',
      dateObserved: '2026-05-04T00:00:00Z',
      values: { fillingLevel: 0.5, temperature: n }
    }
  })
)

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

/** The journal with its alarm and the alarm list, as the composition joins them. */
async function start(given: Partial<JournalOptions> = {}) {
  const lines: string[] = []
  const log = (level: string, message: string) => void lines.push(`${level} ${message}`)
  const journal = await openJournal({
    folder: join(folder.path, 'journal'),
    clock: systemClock,
    log,
    rhythm: 10,
    limits,
    ...given
  })
  // A history that keeps what comes until it says how far it has stored.
  if ((await journal.snapshot('history')) === undefined) await journal.saveSnapshot('history', 0, {})
  const alarms = createAlarmsView()
  const view = createJournalAlarmView('tiny')
  const snapshotEvery = { milliseconds: 20 }
  const running = [
    await runView({ journal, view: alarms, log, snapshotEvery }),
    await runView({ journal, view, log, snapshotEvery })
  ]
  await Promise.all(running.map(({ caughtUp }) => caughtUp))
  const watch = watchJournalSpace({ journal, due: view.due, log, every: 5 })
  return {
    journal,
    lines,
    alarm: () => alarms.list().find(({ id }) => id === alarmId) as Alarm,
    acknowledge: () =>
      journal.append([
        {
          kind: 'operator-action',
          entity: alarmId,
          source: 'operator:ana',
          payload: { action: 'acknowledge-alarm', operator: 'ana', subject: alarmId }
        }
      ]),
    async fill() {
      const append = () => journal.append(readings)
      while (journal.health().state !== 'full') await append().catch(() => new Promise((wake) => setTimeout(wake, 5)))
    },
    makeRoom: () => journal.saveSnapshot('history', journal.head, {}),
    transitions: async () =>
      (await journal.read(0, 1_000_000, ['alarm'])).map(({ payload: { transition } }) => transition),
    async stop() {
      await watch.close()
      await Promise.all(running.map((one) => one.stop()))
      await journal.close()
    }
  }
}

test('a full journal raises a critical alarm that says how much there is and what to do; it returns and comes again', async () => {
  const city = await start()
  await new Promise((wake) => setTimeout(wake, 50))
  expect(await city.transitions()).toEqual([])

  await city.fill()
  await eventually(() => expect(city.alarm()).toMatchObject({ state: 'unacknowledged', severity: 'critical' }))
  const alarm = city.alarm()
  expect(alarm).toMatchObject({ entity: 'tiny', rule: 'city.journal-full', values: { limitMegabytes: 2 } })
  expect(alarm.values.freeMegabytes).toBeGreaterThan(0)
  expect(alarm.detail.en).toMatch(/ of its limit of 2 MB; [\d.]+ [MG]B are free on its disk/)
  expect(alarm.detail.zh).toContain('上限 2 MB')
  expect(alarm.advice?.en).toContain('journal.limitGigabytes')
  expect(alarm.advice?.zh).toContain('journal.limitGigabytes')

  await city.acknowledge()
  await eventually(() => expect(city.alarm()).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'ana' }))
  await city.makeRoom()
  await eventually(() => expect(city.alarm()).toBeUndefined())
  expect(await city.transitions()).toEqual(['raised', 'acknowledged', 'returned'])

  // A second time; there is room before anybody has acknowledged it, and then none once more.
  await city.fill()
  await eventually(() => expect(city.alarm()).toMatchObject({ state: 'unacknowledged' }))
  await city.makeRoom()
  await eventually(() => expect(city.alarm()).toMatchObject({ state: 'returned-unacknowledged' }))
  await city.fill()
  await eventually(() => expect(city.alarm()).toMatchObject({ state: 'unacknowledged' }))
  expect((await city.transitions()).slice(3)).toEqual(['raised', 'returned', 'raised-again'])
  await city.stop()
})

test('it is raised once, however often the city starts with a full journal, and returns after a start with room', async () => {
  const first = await start()
  await first.fill()
  await eventually(() => expect(first.alarm()).toMatchObject({ state: 'unacknowledged' }))
  await first.stop()
  for (const _ of [1, 2]) {
    const again = await start()
    expect(again.journal.health().state).toBe('full')
    await new Promise((wake) => setTimeout(wake, 50))
    expect(await again.transitions()).toEqual(['raised'])
    await again.stop()
  }
  const roomy = await start({ limits: { ...limits, limitBytes: 8_000_000 } })
  await eventually(() => expect(roomy.alarm()).toMatchObject({ state: 'returned-unacknowledged' }))
  await roomy.acknowledge()
  await eventually(() => expect(roomy.alarm()).toBeUndefined())
  expect(await roomy.transitions()).toEqual(['raised', 'returned', 'acknowledged'])
  await roomy.stop()
})

test('where the disk takes nothing at all it tries again, one append at a time, and logs one line', async () => {
  const health: JournalHealth = { state: 'full', bytes: 1e9, limitBytes: 20e9, freeBytes: 0, oldest: 1 }
  const lines: string[] = []
  const view = createJournalAlarmView('tiny')
  let [attempts, under, most] = [0, 0, 0]
  const append: Journal['append'] = async ([draft]) => {
    attempts++
    under++
    most = Math.max(most, under)
    await new Promise((wake) => setTimeout(wake, 8))
    under--
    if (attempts < 4) throw new JournalError('full', 'The disk is full')
    view.apply({ ...(draft as Draft<'alarm'>), offset: 7, receivedAt: 0 })
    return { offsets: [7], head: 7 }
  }
  const watch = watchJournalSpace({
    journal: { append, health: () => health },
    due: view.due,
    log: (level, message) => void lines.push(`${level} ${message}`),
    every: 2
  })
  await eventually(() => expect(attempts).toBe(4))
  await watch.close()
  expect(most).toBe(1)
  expect(lines).toEqual(['warn The alarm of the full journal cannot be recorded yet'])
  expect(view.due(health)).toBeUndefined()
  // What it says where the disk, not the limit, is the reason.
  const texts = createJournalAlarmView('tiny').due(health)?.payload
  expect(texts?.detail.en).toContain('1 GB of its limit of 20 GB; 0 MB are free')
  expect(texts?.advice?.en).toContain('Make room on it')
})

test('a running city has it in its alarm list, where an operator acknowledges it like any other', async () => {
  const data = join(folder.path, 'data')
  // What is never cut, up to the smallest limit that city.yaml can ask for.
  const before = await openJournal({ folder: join(data, 'journal'), clock: systemClock, log: () => undefined })
  const filler: Draft = {
    kind: 'operator-action',
    entity: '',
    source: 'system',
    payload: { action: 'sign-in', operator: 'filler', detail: { text: 'x'.repeat(50_000) } }
  }
  for (let batch = 0; batch < 22; batch++) await before.append(Array<Draft>(50).fill(filler))
  await before.close()

  const yaml = `id: tiny
name: { en: Tiny, zh: 小城 }
timeZone: Asia/Shanghai
languages: [en, zh]
centre: [122, 29]
zoom: 13
journal: { limitGigabytes: 0.05 }
`
  const city = await startTinyCity({ data, city: changedCity(folder.path, { 'city.yaml': yaml }) })
  try {
    const client = await signInFirst(city)
    const list = async () => (await client.json<AlarmsAnswer>('/api/alarms')).alarms
    await eventually(async () =>
      expect(await list()).toMatchObject([
        { id: alarmId, entity: 'tiny', severity: 'critical', state: 'unacknowledged', values: { limitMegabytes: 50 } }
      ])
    )
    const answer = await client.request(`/api/alarms/${encodeURIComponent(alarmId)}/acknowledge`, { method: 'POST' })
    expect(answer.status).toBe(202)
    await eventually(async () =>
      expect(await list()).toMatchObject([{ id: alarmId, state: 'acknowledged', acknowledgedBy: 'operator' }])
    )
    expect((await client.json<AlarmsAnswer>('/api/alarms?history=true')).alarms).toMatchObject([{ id: alarmId }])
  } finally {
    await city.stop()
  }
})

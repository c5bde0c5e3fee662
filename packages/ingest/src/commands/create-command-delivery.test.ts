import type { CommandTransition, Draft, Entry, SignalCommandMessage } from '@city-brain/model'
import { afterEach, expect, test } from 'vitest'
import { createMemoryJournal, type MemoryJournal } from '../testing/memory-journal.ts'
import { startIngest, until } from '../testing/start-ingest.ts'
import { type CommandDelivery, createCommandDelivery, repeatAfter } from './create-command-delivery.ts'

const begin = Date.UTC(2026, 4, 4, 8)
const at = (milliseconds: number) => new Date(begin + milliseconds).toISOString()

/** A city's clock and ticks by hand, and an outlet that writes down what it is given. */
function setUp(journal: MemoryJournal = createMemoryJournal(), now = 0) {
  const clock = { now: () => begin + now, monotonic: () => now }
  const sent: { device: string; id: string; at: number }[] = []
  const outlet = {
    connected: true,
    async send(device: string, payload: string) {
      if (outlet.connected) sent.push({ device, id: (JSON.parse(payload) as SignalCommandMessage).commandId, at: now })
      return outlet.connected
    }
  }
  const logged: string[] = []
  return {
    journal,
    outlet,
    sent,
    logged,
    start: () =>
      createCommandDelivery({ journal, outlet, clock, log: (level, message) => logged.push(`${level} ${message}`) }),
    async tick(to: number) {
      now = to
      await journal.append([
        { kind: 'tick', entity: '', source: 'system', payload: { now: begin + to, monotonic: to } }
      ])
      await settle()
    },
    async append(draft: Draft) {
      await journal.append([draft])
      await settle()
    },
    states: () =>
      journal.entries.flatMap((entry) => (entry.kind === 'command' ? [(entry.payload as CommandTransition).state] : []))
  }
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 20))

const requested = (commandId = 'c-1', deliverBefore = 10_000): Draft<'command'> => ({
  kind: 'command',
  entity: 'int-1',
  source: 'view:signals',
  payload: {
    commandId,
    state: 'requested',
    controller: 'ctl-1',
    causes: [7],
    message: {
      commandId,
      kind: 'release',
      intersection: 'int-1',
      revision: 1,
      issuedAt: at(0),
      deliverBefore: at(deliverBefore),
      expiresAt: at(60_000)
    }
  }
})
const ack = (commandId = 'c-1'): Draft<'ack'> => ({
  kind: 'ack',
  entity: 'int-1',
  source: 'ctl-1',
  payload: { commandId, result: 'accepted', dateObserved: at(1) }
})

const running: CommandDelivery[] = []
afterEach(async () => {
  for (const delivery of running.splice(0)) await delivery.stop()
})

test('a command is sent at once, recorded once, repeated every 5 s with its id, and no more once acknowledged', async () => {
  const city = setUp()
  running.push(await city.start())
  await city.tick(0)
  await city.append(requested('c-1', 60_000))
  for (let second = 1; second <= 11; second++) await city.tick(second * 1_000)
  expect(city.sent.map(({ id, at: when }) => [id, when])).toEqual([
    ['c-1', 0],
    ['c-1', 5_000],
    ['c-1', 10_000]
  ])
  expect(city.states()).toEqual(['requested', 'sent'])
  await city.append(ack())
  for (let second = 12; second <= 30; second++) await city.tick(second * 1_000)
  expect(city.sent).toHaveLength(3)
  expect(repeatAfter).toBe(5_000)
})

test('to a controller that is away nothing is sent; it gets the command when it comes back', async () => {
  const city = setUp()
  running.push(await city.start())
  city.outlet.connected = false
  await city.append(requested())
  await city.tick(1_000)
  await city.tick(2_000)
  expect(city.states()).toEqual(['requested'])
  city.outlet.connected = true
  await city.tick(3_000)
  expect(city.sent).toEqual([{ device: 'ctl-1', id: 'c-1', at: 3_000 }])
  expect(city.states()).toEqual(['requested', 'sent'])
})

test('when deliverBefore has passed it expires, once, with the reason, and is never sent again', async () => {
  const city = setUp()
  running.push(await city.start())
  await city.append(requested('answered-never'))
  city.outlet.connected = false
  await city.append(requested('away'))
  for (let second = 1; second <= 13; second++) await city.tick(second * 1_000)
  const expired = city.journal.entries.flatMap((entry) =>
    entry.kind === 'command' && (entry as Entry<'command'>).payload.state === 'expired'
      ? [(entry as Entry<'command'>).payload]
      : []
  )
  expect(expired.map(({ commandId, reason }) => [commandId, reason])).toEqual([
    ['answered-never', 'not-acknowledged'],
    ['away', 'not-connected']
  ])
  city.outlet.connected = true
  const before = city.sent.length
  await city.tick(20_000)
  expect(city.sent).toHaveLength(before)
})

test('after a crash what was under way goes on with the same id; nothing old is sent while it catches up', async () => {
  const city = setUp()
  running.push(await city.start())
  await city.tick(0)
  await city.append(requested('old', 1_000))
  await city.append(requested('young', 60_000))
  expect(city.sent.map(({ id }) => id)).toEqual(['old', 'young'])
  const crashed = setUp(createMemoryJournal(city.journal.stored()), 30_000)
  running.push(await crashed.start())
  await settle()
  expect(crashed.sent).toEqual([])
  await crashed.tick(30_000)
  expect(crashed.sent.map(({ id }) => id)).toEqual(['young'])
  expect(crashed.states()).toEqual(['requested', 'sent', 'requested', 'sent', 'expired'])
})

test('a checkpoint of another epoch commands nothing and says so', async () => {
  const city = setUp()
  running.push(await city.start())
  await city.append(requested('c-1', 60_000))
  const journal = createMemoryJournal({ ...city.journal.stored(), epoch: 'epoch-2' })
  const recovered = setUp(journal, 1_000)
  running.push(await recovered.start())
  await recovered.tick(1_000)
  await recovered.tick(7_000)
  expect(recovered.sent).toEqual([])
  expect(recovered.logged).toEqual([
    'error The snapshot of command-delivery does not fit the journal',
    'error Commands that were under way are given up'
  ])
})

test('what the journal refused to record is recorded at the next send', async () => {
  const city = setUp()
  running.push(await city.start())
  await city.journal.append([requested('c-1', 60_000)])
  city.journal.failNext(1)
  await settle()
  expect(city.states()).toEqual(['requested'])
  await city.tick(1_000)
  await city.tick(6_000)
  expect(city.states()).toEqual(['requested', 'sent'])
})

test('over a real broker the controller gets it, and its answer ends it', async () => {
  const city = await startIngest()
  const controller = await city.connect('int-1')
  await controller.subscribeAsync('city/lumen/signal/int-1/cmd', { qos: 1 })
  const heard: SignalCommandMessage[] = []
  controller.on('message', (_, payload) => {
    const message = JSON.parse(payload.toString()) as SignalCommandMessage
    heard.push(message)
    controller.publish('city/lumen/signal/int-1/ack', JSON.stringify(ack(message.commandId).payload), { qos: 1 })
  })
  const log = () => {}
  const clock = { now: () => begin, monotonic: () => 0 }
  const delivery = await createCommandDelivery({ journal: city.journal, outlet: city.ingest.outlet, clock, log })
  const draft = requested('c-9', 60_000)
  await city.journal.append([{ ...draft, payload: { ...draft.payload, controller: 'int-1' } }])
  await until('the answer', () => city.journal.entries.some(({ kind }) => kind === 'ack'))
  await city.journal.append([
    { kind: 'tick', entity: '', source: 'system', payload: { now: begin + 6_000, monotonic: 6_000 } }
  ])
  await settle()
  expect(heard.map(({ commandId }) => commandId)).toEqual(['c-9'])
  await delivery.stop()
  await city.stop()
})

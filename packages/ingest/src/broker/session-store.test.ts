import type { Subscription } from 'aedes'
import { expect, test } from 'vitest'
import { createSessionStore } from './session-store.ts'

const limits = {
  maxQueuedMessages: 3,
  maxQueuedBytes: 100,
  maxSessionsPerSpeaker: 2,
  maxSubscriptions: 3,
  maxRetainedMessages: 2,
  maxRetainedBytes: 100
}
function setUp() {
  const dropped: string[] = []
  const store = createSessionStore({
    limits,
    maySubscribe: (client, filter) => filter === `cmd/${client.split('/')[0]}`,
    onDropped: (where) => dropped.push('client' in where ? where.client : where.topic)
  })
  return { store, dropped }
}
const subscription = (topic: string, qos: 0 | 1 = 1): Subscription => ({ topic, qos })
const packet = (brokerCounter: number, payload = 'x') => ({
  cmd: 'publish' as const,
  brokerId: 'b',
  brokerCounter,
  topic: 'cmd/a',
  payload: Buffer.from(payload)
})
const queued = async (store: ReturnType<typeof setUp>['store'], id: string) => {
  const packets: { brokerCounter?: number }[] = []
  for await (const each of store.outgoingStream({ id })) packets.push(each)
  return packets.map(({ brokerCounter }) => brokerCounter)
}

test('a filter that was refused is not kept, although aedes hands it over', async () => {
  const { store } = setUp()
  await store.addSubscriptions({ id: 'a/1' }, [subscription('cmd/a'), subscription('cmd/b'), subscription('#')])
  expect((await store.subscriptionsByClient({ id: 'a/1' })).map(({ topic }) => topic)).toEqual(['cmd/a'])
  expect(await store.subscriptionsByTopic('cmd/b')).toEqual([])
  expect(await store.subscriptionsByTopic('cmd/a')).toMatchObject([{ clientId: 'a/1', topic: 'cmd/a', qos: 1 }])
})

test('a queue holds so many messages and so many bytes; what is too much is dropped and told', async () => {
  const { store, dropped } = setUp()
  for (let i = 1; i <= 4; i++) await store.outgoingEnqueue({ clientId: 'a/1' }, packet(i))
  expect(await queued(store, 'a/1')).toEqual([1, 2, 3])
  await store.outgoingUpdate({ id: 'a/1' }, { ...packet(1), messageId: 9 })
  await store.outgoingClearMessageId({ id: 'a/1' }, { messageId: 9 })
  await store.outgoingEnqueue({ clientId: 'a/1' }, packet(5, 'y'.repeat(99)))
  await store.outgoingEnqueue({ clientId: 'a/1' }, packet(6, 'y'.repeat(98)))
  expect(await queued(store, 'a/1')).toEqual([2, 3, 6])
  expect(dropped).toEqual(['a/1', 'a/1'])
})

test('of one speaker so many sessions are kept, of others none is lost for it', async () => {
  const { store } = setUp()
  await store.addSubscriptions({ id: 'b/1' }, [subscription('cmd/b')])
  for (let i = 1; i <= 5; i++) await store.addSubscriptions({ id: `a/${i}` }, [subscription('cmd/a')])
  expect(store.sessions).toBe(3)
  expect((await store.subscriptionsByTopic('cmd/a')).map(({ clientId }) => clientId)).toEqual(['a/4', 'a/5'])
  expect(await store.subscriptionsByTopic('cmd/b')).toHaveLength(1)
})

test('a session that begins anew has neither subscriptions nor a queue', async () => {
  const { store } = setUp()
  await store.addSubscriptions({ id: 'a/1' }, [subscription('cmd/a')])
  await store.outgoingEnqueue({ clientId: 'a/1' }, packet(1))
  await store.cleanSubscriptions({ id: 'a/1' })
  expect(await queued(store, 'a/1')).toEqual([])
  expect(store.sessions).toBe(0)
})

test('of a QoS 2 message only its id is kept, and nothing of a clean client that is gone', async () => {
  const { store } = setUp()
  await store.incomingStorePacket({ id: 'a/1' }, { messageId: 7 })
  expect(await store.incomingGetPacket({ id: 'a/1' }, { messageId: 7 })).toEqual({ messageId: 7 })
  await expect(store.incomingGetPacket({ id: 'a/1' }, { messageId: 8 })).rejects.toThrow()
  await store.incomingDelPacket({ id: 'a/1' }, { messageId: 7 })
  await expect(store.incomingDelPacket({ id: 'a/1' }, { messageId: 7 })).rejects.toThrow()
  await store.cleanIncoming({ id: 'a/1' })
  expect(store.sessions).toBe(0)
})

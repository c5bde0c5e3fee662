import { expect, test } from 'vitest'
import { createMessageQueue, type QueuedPacket } from './message-queue.ts'

const message = (brokerCounter: number, payload = 'x'): QueuedPacket => ({
  cmd: 'publish',
  brokerId: 'b',
  brokerCounter,
  topic: 'a',
  payload: Buffer.from(payload),
  qos: 2,
  retain: true
})
const limits = { maxQueuedMessages: 10, maxQueuedBytes: 20 }

test('what was sent comes again under its packet id as a repeat, what was not gets an id that nothing else bears', () => {
  const queue = createMessageQueue(limits)
  for (let i = 1; i <= 4; i++) queue.add(message(i))
  queue.update({ ...message(1), messageId: 2 })
  queue.update({ ...message(2), messageId: 1 })
  const again = queue.redelivery()
  expect(again.map(({ messageId, dup = false }) => [messageId, dup])).toEqual([
    [2, true],
    [1, true],
    [3, false],
    [4, false]
  ])
  // Only what comes to a new subscription is marked as retained.
  expect(again.every(({ retain }) => !retain)).toBe(true)
  expect([queue.nextMessageId(), queue.nextMessageId()]).toEqual([5, 6])
})

test('packet ids begin again after the highest, and pass over those in use', () => {
  const queue = createMessageQueue(limits)
  queue.add(message(1))
  queue.update({ ...message(1), messageId: 1 })
  let last = 0
  for (let i = 0; i < 65_534; i++) last = queue.nextMessageId()
  expect(last).toBe(65_535)
  expect(queue.nextMessageId()).toBe(2)
})

test('a message that is passed over without an id ends none that waits', () => {
  const queue = createMessageQueue(limits)
  queue.add(message(1))
  expect(queue.clear(undefined)).toBeUndefined()
  expect(queue.length).toBe(1)
})

test('after its PUBREC a message needs no room any more, and its PUBREL waits for the PUBCOMP', () => {
  const queue = createMessageQueue(limits)
  expect(queue.add(message(1, 'x'.repeat(20)))).toBe(true)
  expect(queue.add(message(2))).toBe(false)
  queue.update({ ...message(1), messageId: 7 })
  queue.update({ cmd: 'pubrel', messageId: 7 })
  expect(queue.add(message(2, 'x'.repeat(20)))).toBe(true)
  expect(queue.redelivery()[0]).toEqual({ cmd: 'pubrel', messageId: 7 })
  expect(queue.clear(7)?.cmd).toBe('pubrel')
  expect(queue.add(message(3))).toBe(false)
  // A PUBREC for what is not there is no fault, and leaves nothing.
  queue.update({ cmd: 'pubrel', messageId: 99 })
  expect(queue.length).toBe(1)
})

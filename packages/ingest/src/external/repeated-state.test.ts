import type { DeviceStatus } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createDeviceSpeaker } from '../directory/speaker.ts'
import { createMessage } from '../pipeline/message.ts'
import { createRepeatedState } from './repeated-state.ts'

test('a status that is on its way to the disk is no repeat yet: its repeat is acknowledged after the disk too', () => {
  const stored = new Map<string, DeviceStatus>()
  const repeated = createRepeatedState(stored)
  const speaker = createDeviceSpeaker({ id: 'det-1', area: 'lumen', domain: 'traffic' })
  const topic = 'city/lumen/traffic/det-1/status'
  const payload = Buffer.from('{"status":"online"}')
  const again = () => repeated.isRepeat(speaker, { topic, payload, qos: 1, retain: false, dup: true })
  const route = { topic, channel: 'status' as const, feed: undefined, salt: 0, heard: false }
  const message = createMessage(speaker, route, payload, 0, () => {})

  expect(again()).toBe(false)
  repeated.taken(message)
  expect(again()).toBe(false)
  stored.set('det-1', { status: 'online' })
  repeated.settled(message)
  expect(again()).toBe(true)
  // A change follows, and cannot be stored: what was known before is still known.
  repeated.taken(message)
  expect(again()).toBe(false)
  repeated.settled(message)
  expect(again()).toBe(true)
})

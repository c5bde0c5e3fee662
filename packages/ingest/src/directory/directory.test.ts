import { topicMatches } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testAssets, testRegister } from '../testing/test-city.ts'
import { createDirectory } from './directory.ts'
import { filterCovers } from './topic-filter.ts'

const directory = createDirectory({ register: testRegister, assets: testAssets })

test('a device speaks under its own id and hears its own commands, nothing else', () => {
  const device = directory.speaker('det-1')
  expect(device?.channelOf('city/lumen/traffic/det-1/obs')).toBe('telemetry')
  expect(device?.channelOf('city/lumen/traffic/det-1/status')).toBe('status')
  for (const topic of [
    'city/lumen/traffic/det-1/cmd',
    'city/lumen/traffic/det-1/obs/more',
    'city/lumen/traffic/det-1/__proto__',
    'city/lumen/traffic/det-1/constructor',
    'city/lumen/traffic/det-1/',
    'city/lumen/traffic/det-2/obs',
    'city/other/traffic/det-1/obs',
    'city/lumen/waste/det-1/obs',
    '$SYS/city/lumen/traffic/det-1/obs',
    'lorawan/lumen/x/up',
    ''
  ]) {
    expect([topic, device?.channelOf(topic)]).toEqual([topic, undefined])
  }
  expect(device?.maySubscribe('city/lumen/traffic/det-1/cmd')).toBe(true)
  for (const filter of ['#', '+', 'city/#', 'city/lumen/traffic/+/cmd', 'city/lumen/traffic/det-1/#', '$SYS/#']) {
    expect([filter, device?.maySubscribe(filter)]).toEqual([filter, false])
  }
})

test('a gateway speaks on its filters, never below city/ or $, and for its entities', () => {
  const greedy = createDirectory({
    register: { gateways: [{ id: 'all', topics: ['#', '$SYS/#'] }] },
    assets: testAssets
  }).speaker('all')
  expect(greedy?.channelOf('anything/at/all')).toBe('telemetry')
  expect(greedy?.channelOf('city/lumen/traffic/det-1/obs')).toBeUndefined()
  expect(greedy?.channelOf('$SYS/x')).toBeUndefined()
  expect(greedy?.mayReport('bin-1')).toBe(false)
  const lora = directory.speaker('lora')
  expect(lora?.channelOf('lorawan/lumen/dev-1/up')).toBe('telemetry')
  expect(lora?.channelOf('lorawan/lumen/dev-1/down')).toBeUndefined()
  expect([lora?.mayReport('bin-2'), lora?.mayReport('det-1')]).toEqual([true, false])
  expect([lora?.maySubscribe('lorawan/lumen/x/down'), lora?.maySubscribe('lorawan/#')]).toEqual([true, false])
})

test('who is not registered is nobody; what no gateway subscribes to is heard by none', () => {
  expect(directory.speaker('stranger')).toBeUndefined()
  expect(directory.heard('city/lumen/traffic/det-1/status')).toBe(true)
  expect(directory.heard('city/lumen/traffic/det-1/obs')).toBe(false)
})

test('what is registered while it runs counts at once, also for a speaker that is connected', () => {
  const changing = createDirectory({ register: testRegister, assets: testAssets })
  const [container] = testAssets.features.filter(({ id }) => id === 'bin-1')
  const speaker = changing.speaker('unit-7')
  expect(changing.asset('bin-9')).toBeUndefined()
  if (container) changing.apply({ change: 'asset', asset: { ...container, id: 'bin-9' } })
  expect(changing.asset('bin-9')?.id).toBe('bin-9')
  expect(speaker?.mayReport('bin-9')).toBe(false)
  changing.apply({
    change: 'device',
    device: { id: 'unit-7', area: 'lumen', domain: 'traffic', entities: ['det-1', 'bin-9'] }
  })
  expect(changing.speaker('unit-7')).toBe(speaker)
  expect([speaker?.mayReport('bin-9'), speaker?.mayReport('det-2')]).toEqual([true, false])
  changing.apply({ change: 'device', device: { id: 'new-1', area: 'lumen', domain: 'waste' } })
  expect(changing.speaker('new-1')?.channelOf('city/lumen/waste/new-1/obs')).toBe('telemetry')
})

test('who is revoked is nobody, and a connection that it still has says nothing more', () => {
  const changing = createDirectory({ register: testRegister, assets: testAssets })
  const speaker = changing.speaker('det-1')
  changing.apply({ change: 'device-revoked', id: 'det-1' })
  changing.apply({ change: 'device-revoked', id: 'lora' })
  expect([changing.speaker('det-1'), changing.speaker('lora')]).toEqual([undefined, undefined])
  expect(speaker?.revoked).toBe(true)
  expect(speaker?.channelOf('city/lumen/traffic/det-1/obs')).toBeUndefined()
  expect(speaker?.maySubscribe('city/lumen/traffic/det-1/cmd')).toBe(false)
})

const level = fc.constantFrom('a', 'b', '+', '$x')
const filter = fc
  .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => (open ? [...levels, '#'] : levels).join('/'))
const topic = fc
  .array(fc.constantFrom('a', 'b', '$x', 'c'), { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join('/'))

test('a covered filter never hears a topic that the covering one does not', () => {
  fc.assert(
    fc.property(filter, filter, topic, (wide, narrow, heard) => {
      if (filterCovers(wide, narrow) && topicMatches(narrow, heard))
        expect([wide, narrow, heard, topicMatches(wide, heard)]).toEqual([wide, narrow, heard, true])
    }),
    { numRuns: 5_000 }
  )
})

test('a filter covers itself and every topic that it matches', () => {
  fc.assert(
    fc.property(filter, topic, (wide, heard) => {
      expect(filterCovers(wide, wide)).toBe(true)
      expect(filterCovers(wide, heard)).toBe(topicMatches(wide, heard))
    })
  )
})

test('a certificate goes with the one that it was registered for last', () => {
  const changing = createDirectory({ register: testRegister, assets: testAssets })
  const device = (id: string, certificateSubject?: string) =>
    changing.apply({
      change: 'device',
      device: {
        id,
        area: 'lumen',
        domain: 'waste',
        ...(certificateSubject === undefined ? {} : { certificateSubject })
      }
    })
  device('first', 'cn-1')
  changing.apply({ change: 'device-revoked', id: 'first' })
  expect(changing.certified('cn-1')).toBeUndefined()
  device('second', 'cn-1')
  device('first')
  expect(changing.certified('cn-1')?.id).toBe('second')
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { channels, domains, formatTopic, parseTopic, topicMatches } from './topic.ts'

const id = fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?$/)

describe('city topics', () => {
  test('what is formatted is parsed back', () => {
    const topic = fc.record({
      area: id,
      domain: fc.constantFrom(...domains),
      device: id,
      channel: fc.constantFrom(...channels)
    })
    fc.assert(
      fc.property(topic, (parts) => {
        expect(parseTopic(formatTopic(parts))).toEqual(parts)
      })
    )
  })

  test('what is parsed is the only writing of itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parts = parseTopic(text)
        return parts === undefined || formatTopic(parts) === text
      })
    )
  })

  test.each([
    'city/old-town/traffic/det-1',
    'city/old-town/traffic/det-1/obs/more',
    'city/Old-Town/traffic/det-1/obs',
    'city/old-town/weather/det-1/obs',
    'city/old-town/traffic/det 1/obs',
    'city/+/traffic/det-1/obs',
    'city/old-town/traffic/#/obs',
    'town/old-town/traffic/det-1/obs',
    '$SYS/old-town/traffic/det-1/obs',
    'city//traffic/det-1/obs'
  ])('%s is no city topic', (text) => {
    expect(parseTopic(text)).toBeUndefined()
  })
})

describe('topicMatches', () => {
  test.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a/b/c', false],
    ['a/+', 'a', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', 'a/b', true],
    ['+/+', '/finance', true],
    ['/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a/#/c', 'a/b/c', false]
  ])('%s and %s: %s', (filter, topic, expected) => {
    expect(topicMatches(filter, topic)).toBe(expected)
  })
})

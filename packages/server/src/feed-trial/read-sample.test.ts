import { expect, test } from 'vitest'
import { readSample } from './read-sample.ts'

const read = (line: string, topic?: string) => {
  const sample = readSample(line, topic)
  if (sample === undefined || 'fault' in sample) return sample
  return [sample.topic, sample.payload.toString()]
}

test('with a topic the whole line is the payload, whatever is in it', () => {
  expect(read('{"topic":"a","payload":{}}', 'x/y')).toEqual(['x/y', '{"topic":"a","payload":{}}'])
  expect(read('not json', 'x/y')).toEqual(['x/y', 'not json'])
})

test('topic and payload in one object, the payload as JSON or as text', () => {
  expect(read('{"topic":"a/b","payload":{"n":1}}')).toEqual(['a/b', '{"n":1}'])
  expect(read('{"tst":"2026-05-04T08:15:01Z","topic":"a/b","qos":1,"payload":"{\\"n\\":1}"}')).toEqual([
    'a/b',
    '{"n":1}'
  ])
  expect(read('{"topic":"a/b","payload":7}')).toEqual(['a/b', '7'])
})

test('topic and payload as mosquitto_sub -v writes them', () => {
  expect(read('v3/app@ttn/devices/bin-1/up {"n": 1}')).toEqual(['v3/app@ttn/devices/bin-1/up', '{"n": 1}'])
})

test('empty lines are none, and what has no topic is said to have none', () => {
  expect(read('  ')).toBeUndefined()
  for (const line of ['{"n":1}', '[1, 2]', 'word', '{"topic":1,"payload":2}', '{"topic":"a"}']) {
    expect(read(line)).toMatchObject({ fault: expect.stringMatching(/^has no topic/) })
  }
  expect(read('{"topic":"a",')).toMatchObject({ fault: expect.stringMatching(/^is not JSON/) })
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { attributesOf, entryKinds, errorCatalogue, readingTypes, telemetrySchemas } from './index.ts'

const docs = new URL('../../../docs/', import.meta.url)

test('every code of the catalogue is explained in the docs', () => {
  const text = readFileSync(new URL('mqtt.md', docs), 'utf8') + readFileSync(new URL('api.md', docs), 'utf8')
  expect(Object.keys(errorCatalogue).filter((code) => !text.includes(`\`${code}\``))).toEqual([])
})

test('every code has a status that says whose fault it is', () => {
  for (const { status } of Object.values(errorCatalogue)) expect(status >= 400 && status < 600).toBe(true)
})

test('every attribute of every type is in the docs, with its unit', () => {
  const text = readFileSync(new URL('mqtt.md', docs), 'utf8')
  const missing = readingTypes.flatMap((type) =>
    attributesOf(type)
      .filter(({ name }) => !text.includes(`\`${name}\``))
      .map(({ name }) => `${type}.${name}`)
  )
  expect(missing).toEqual([])
  expect(Object.keys(telemetrySchemas).filter((type) => !text.includes(type))).toEqual([])
})

test('the numbers of the kinds of entry are for good: the file of a journal holds them', () => {
  expect(entryKinds).toEqual([
    'tick',
    'clock-step',
    'reading',
    'status',
    'spat',
    'ack',
    'dead-letter',
    'quality',
    'alarm',
    'timing-request',
    'decision',
    'command',
    'delivered',
    'operator-action',
    'rule-set',
    'registry',
    'registry-change'
  ])
})

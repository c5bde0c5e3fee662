import { type Asset, WasteContainer } from '@city-brain/model'
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { collect } from './collection.ts'
import { createContainer } from './container.ts'

const kinds = ['organic', 'glass', 'paper', 'other', 'hazardous'] as const
const bin = (storedWasteKind: (typeof kinds)[number], id = 'bin-1'): Asset => ({
  type: 'Feature',
  id,
  geometry: null,
  properties: { kind: 'container', name: { en: 'x', zh: 'x' }, area: 'a', storedWasteKind, binCapacity: 1_100 }
})
const at = (hours: number) => ({ hour: hours % 24, weekday: Math.floor(hours / 24) % 7, day: 0 })

test('a container fills and never leaves 0 to 1; what it reports is in the vocabulary', () => {
  const schema = Compile(WasteContainer)
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.integer(),
      fc.double({ min: 0.01, max: 3, noNaN: true }),
      (kind, seed, hours) => {
        const container = createContainer(bin(kind), seed)
        let before = container.level()
        for (let i = 0; i < 200; i++) {
          container.step(at(i * hours), hours)
          expect(container.level()).toBeGreaterThanOrEqual(before)
          expect(container.level()).toBeLessThanOrEqual(1)
          before = container.level()
          const reading = { ...container.reading(at(i * hours)), dateObserved: '2026-05-04T00:00:00Z' }
          expect([...schema.Errors(reading)]).toEqual([])
        }
      }
    ),
    { numRuns: 50 }
  )
})

test('a fire is hot within half a minute and ends by itself', () => {
  const container = createContainer(bin('other'), 7)
  container.ignite()
  container.step(at(12), 0.5 / 60)
  expect(container.reading(at(12))).toMatchObject({ status: 'burning' })
  expect(container.reading(at(12)).temperature).toBeGreaterThan(70)
  for (let minutes = 0; minutes < 20; minutes++) container.step(at(12), 1 / 60)
  expect(container.isBurning()).toBe(false)
  expect(container.reading(at(12)).temperature).toBeLessThan(45)
})

test('collection empties the fuller ones, in a shift only', () => {
  const containers = Array.from({ length: 60 }, (_, i) => createContainer(bin('other', `bin-${i}`), 7))
  containers.forEach((container, i) => {
    container.fill(i % 2 === 0 ? 0.9 : 0.3)
  })
  expect(collect(containers, at(2), 1, createRandom(7, 'c'))).toEqual([])
  const emptied = collect(containers, at(6), 4, createRandom(7, 'c'))
  expect(emptied.length).toBeGreaterThan(20)
  expect(emptied.every((container) => container.level() <= 0.05)).toBe(true)
  expect(containers.filter((_, i) => i % 2 === 1).every((container) => container.level() === 0.3)).toBe(true)
})

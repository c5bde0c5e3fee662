import type { Intersection, SignalState } from '@city-brain/model'
import { expect, test } from 'vitest'
import { cycleBars } from './cycle-bars.ts'

const phase = (id: number) => ({ id, yellowChange: 3, redClearance: 2 }) as Intersection['phases'][number]
const make = (stages: number[][], greens: number[], stage = 0, stageAge = 0) =>
  cycleBars(
    { phases: [phase(1), phase(2), phase(3)], stages } as unknown as Intersection,
    { timing: { cycle: 0, greens, offset: 0 }, stage, stageAge } as unknown as SignalState
  )

test('each stage gives green, then yellow and red clearance lie between', () => {
  const bars = make([[1], [2]], [20, 10], 1, 4)
  expect(bars.cycle).toBe(40)
  expect(bars.now).toBe(29)
  expect(bars.rows[0]?.segments).toEqual([
    { colour: 'green', from: 0, to: 20 },
    { colour: 'yellow', from: 20, to: 23 },
    { colour: 'red', from: 23, to: 40 }
  ])
  expect(bars.rows[1]?.segments).toEqual([
    { colour: 'red', from: 0, to: 25 },
    { colour: 'green', from: 25, to: 35 },
    { colour: 'yellow', from: 35, to: 38 },
    { colour: 'red', from: 38, to: 40 }
  ])
})

test('a phase that goes on in the next stage keeps its green in between, and one without green is red', () => {
  const bars = make([[1, 2], [1]], [10, 10])
  expect(bars.rows[0]?.segments).toEqual([{ colour: 'green', from: 0, to: bars.cycle }])
  const leaves = make([[1, 2], [1], [2]], [10, 10, 5])
  expect(leaves.rows[0]?.segments.filter(({ colour }) => colour === 'green')).toEqual([
    { colour: 'green', from: 0, to: 25 }
  ])
  expect(leaves.rows[2]?.segments).toEqual([{ colour: 'red', from: 0, to: leaves.cycle }])
})

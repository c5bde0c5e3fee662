import type { HistoryWireAnswer } from '@city-brain/model'
import { expect, test } from 'vitest'
import { historySeries } from './history-series.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 4, 4, 8, minute)).toISOString()
const seconds = (minute: number) => Date.UTC(2026, 4, 4, 8, minute) / 1_000
const flat = (value: number) => ({ mean: value, min: value - 1, max: value + 1 })

test('windows become points in their middle, and the line breaks where readings are missing', () => {
  const answer: HistoryWireAnswer = {
    kind: 'windows',
    every: 60,
    truncated: false,
    points: [
      { from: at(0), count: 1, values: { occupancy: flat(5) } },
      { from: at(1), count: 1, values: { occupancy: flat(6) } },
      { from: at(9), count: 1, values: { occupancy: flat(7) } },
      { from: at(10), count: 1, values: { intensity: flat(7) } }
    ]
  }
  const series = historySeries(answer, 'occupancy', 180)
  expect(series.mean).toEqual([5, 6, null, 7])
  expect(series.least).toEqual([4, 5, null, 6])
  expect(series.times[0]).toBe(seconds(0) + 30)
  expect([...series.times].sort((a, b) => a - b)).toEqual(series.times)
})

test('raw points are taken as they are, texts left out', () => {
  const answer: HistoryWireAnswer = {
    kind: 'raw',
    truncated: false,
    points: [
      { dateObserved: at(0), offset: 1, values: { occupancy: 0.5 } },
      { dateObserved: at(1), offset: 2, values: { occupancy: 'many' } }
    ]
  }
  expect(historySeries(answer, 'occupancy', 180)).toEqual({
    times: [seconds(0)],
    mean: [0.5],
    least: [0.5],
    greatest: [0.5]
  })
})

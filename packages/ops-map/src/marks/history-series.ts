import type { HistoryWireAnswer } from '@city-brain/model'

/** What a chart draws: seconds since 1970, mean, least and greatest. `null` breaks the line where data is missing. */
export type HistorySeries = {
  times: number[]
  mean: (number | null)[]
  least: (number | null)[]
  greatest: (number | null)[]
}

/**
 * The windows of one attribute as a line. Windows without a reading are absent in the answer: the line breaks where the
 * distance is more than `gap` seconds, so that missing data never looks like a straight line.
 */
export function historySeries(answer: HistoryWireAnswer, attribute: string, gap: number): HistorySeries {
  const series: HistorySeries = { times: [], mean: [], least: [], greatest: [] }
  const add = (at: number, value: { mean: number; min: number; max: number } | undefined) => {
    const last = series.times.at(-1)
    if (last !== undefined && at - last > gap) push((last + at) / 2, undefined)
    push(at, value)
  }
  const push = (at: number, value: { mean: number; min: number; max: number } | undefined) => {
    series.times.push(at)
    series.mean.push(value?.mean ?? null)
    series.least.push(value?.min ?? null)
    series.greatest.push(value?.max ?? null)
  }
  if (answer.kind === 'windows') {
    for (const { from, values } of answer.points) {
      const value = values[attribute]
      if (value) add(Date.parse(from) / 1_000 + answer.every / 2, value)
    }
  } else {
    for (const { dateObserved, values } of answer.points) {
      const value = values[attribute]
      if (typeof value === 'number') add(Date.parse(dateObserved) / 1_000, { mean: value, min: value, max: value })
    }
  }
  return series
}

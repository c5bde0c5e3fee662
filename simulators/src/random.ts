/** A stream of numbers that a seed and a name decide: the same on every machine, and independent of every other stream. */
export type Random = {
  /** From 0 up to, but not including, 1. */
  next(): number
  between(low: number, high: number): number
  /** A whole number from low to high, both included. */
  integer(low: number, high: number): number
  pick<T>(items: readonly T[]): T
  /** How many arrivals of a Poisson process fall into an interval in which `mean` are expected. */
  poisson(mean: number): number
  /** Standard normal. */
  normal(): number
}

/** mulberry32 (Tommy Ettinger, public domain), seeded by FNV-1a of the seed and the stream's name. */
export function createRandom(seed: number, stream: string): Random {
  let state = hash(`${seed}/${stream}`)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new Error('pick from an empty list')
      return item
    },
    poisson: (mean) => {
      // Knuth's method; above 30 the normal approximation is close enough and does not underflow.
      if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(next)))
      const limit = Math.exp(-mean)
      let product = next()
      let count = 0
      while (product > limit) {
        count++
        product *= next()
      }
      return count
    },
    normal: () => normal(next)
  }
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value | 0
}

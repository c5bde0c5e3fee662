import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeFrame, missFrame, type RadioSession } from './judge-frame.ts'

const start = Date.parse('2026-05-04T08:00:00Z')
const minute = 60_000

/** Frames as [counter, minutes since the start]; their verdicts, and what is known at the end. */
function run(...frames: [counter: number, minutes: number][]) {
  let session: RadioSession | undefined
  const verdicts = frames.map(([counter, minutes]) => {
    const judged = judgeFrame(session, counter, start + minutes * minute)
    session = judged.session
    return judged.verdict
  })
  return { verdicts: verdicts.join(' '), lost: session?.lost, counter: session?.counter }
}

test('a counter that goes on loses nothing, a gap loses what is between', () => {
  expect(run([7, 0], [8, 1], [9, 2])).toEqual({ verdicts: 'new new new', lost: 0, counter: 9 })
  expect(run([7, 0], [10, 1])).toEqual({ verdicts: 'new new', lost: 2, counter: 10 })
})

test('what was sent before the first that came is no loss, also where it comes late', () => {
  expect(run([900, 0])).toMatchObject({ lost: 0 })
  expect(run([900, 0], [903, 3], [899, -1])).toEqual({ verdicts: 'new new new', lost: 2, counter: 903 })
})

test('a frame that comes again is a repeat, the newest and one before it', () => {
  expect(run([7, 0], [7, 0])).toMatchObject({ verdicts: 'new repeat' })
  expect(run([7, 0], [8, 1], [9, 2], [7, 0], [8, 1])).toMatchObject({ verdicts: 'new new new repeat repeat', lost: 0 })
  // The dates of one frame by two ways differ by seconds.
  expect(run([7, 0], [7, 0.1])).toMatchObject({ verdicts: 'new repeat' })
})

test('a frame that comes late fills its gap, once', () => {
  expect(run([7, 0], [10, 3], [8, 1])).toEqual({ verdicts: 'new new new', lost: 1, counter: 10 })
  expect(run([7, 0], [10, 3], [8, 1], [8, 1])).toEqual({ verdicts: 'new new new repeat', lost: 1, counter: 10 })
})

test('a counter that goes back with a later date is a device that began anew', () => {
  expect(run([500, 0], [0, 1], [1, 2])).toEqual({ verdicts: 'new new new', lost: 0, counter: 1 })
  expect(run([5, 0], [6, 1], [5, 2], [6, 3])).toEqual({ verdicts: 'new new new new', lost: 0, counter: 6 })
  // It restarts before every frame.
  expect(run([0, 0], [0, 10], [0, 20])).toMatchObject({ verdicts: 'new new new', lost: 0 })
  // What was lost before stays lost.
  expect(run([5, 0], [8, 1], [0, 2], [3, 3])).toMatchObject({ lost: 4 })
})

test('a counter of 16 bits goes on at 0, and a late one from before is known', () => {
  expect(run([65_534, 0], [65_535, 1], [0, 2], [1, 3])).toEqual({ verdicts: 'new new new new', lost: 0, counter: 1 })
  expect(run([65_533, 0], [1, 4])).toMatchObject({ lost: 3 })
  expect(run([65_533, 0], [1, 4], [65_535, 2], [0, 3], [65_535, 2])).toMatchObject({
    verdicts: 'new new new new repeat',
    lost: 1
  })
  expect(run([65_535, 0], [65_536, 1], [65_540, 2])).toMatchObject({ lost: 3 })
})

test('what the counter cannot tell is left to the bytes', () => {
  const old = run([7, 0], [60, 60], [7, 0])
  expect(old).toMatchObject({ verdicts: 'new new old', counter: 60 })
  // A late one of the session before.
  expect(run([100, 0], [0, 10], [1, 11], [99, -1])).toEqual({ verdicts: 'new new new old', lost: 0, counter: 1 })
  // A jump that no network server lets pass in one session.
  expect(run([7, 0], [40_000, 1])).toEqual({ verdicts: 'new new', lost: 0, counter: 40_000 })
})

test('without a date a counter goes on and repeats, and never begins anew', () => {
  const { session } = judgeFrame(undefined, 7, Number.NaN)
  expect(judgeFrame(session, 9, Number.NaN)).toMatchObject({ verdict: 'new', session: { lost: 1 } })
  expect(judgeFrame(session, 7, Number.NaN)).toMatchObject({ verdict: 'old' })
})

test('a frame that could not be stored is missing until it comes again', () => {
  const first = judgeFrame(undefined, 7, start).session
  const second = judgeFrame(first, 8, start + minute).session
  const third = judgeFrame(second, 9, start + 2 * minute).session
  const missing = missFrame(third, 8)
  expect(missing.lost).toBe(1)
  expect(judgeFrame(missing, 8, start + minute)).toMatchObject({ verdict: 'new', session: { lost: 0 } })
  expect(missFrame(missing, 8)).toBe(missing)
})

test('in whatever order 32 frames come and repeat, each is new once and none is lost in the end', () => {
  const order = fc.shuffledSubarray(
    Array.from({ length: 31 }, (_, i) => i + 1),
    { minLength: 31 }
  )
  fc.assert(
    fc.property(
      order,
      fc.array(fc.nat({ max: 31 })),
      fc.integer({ min: 0, max: 4_000_000_000 }),
      (late, again, base) => {
        const sent: [number, number][] = [0, ...late, ...again].map((n) => [base + n, n])
        const { verdicts, lost } = run(...sent)
        expect(verdicts.split(' ').filter((verdict) => verdict === 'new')).toHaveLength(32)
        expect(lost).toBe(0)
      }
    )
  )
})

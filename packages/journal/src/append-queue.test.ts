import { expect, test } from 'vitest'
import { createAppendQueue } from './append-queue.ts'
import { JournalError } from './journal-error.ts'
import type { CommitGroup } from './protocol.ts'
import { outcome, reading } from './testing/drafts.ts'

function setUp() {
  const groups: CommitGroup[] = []
  const published: number[][] = []
  let head = 0
  const queue = createAppendQueue({
    post: (group) => groups.push(group),
    onCommitted: ({ entries }) => published.push(entries().map(({ offset }) => offset))
  })
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20))
  const commit = (dropped?: number[]) => {
    const count = groups.at(-1)?.entries.count ?? 0
    const first = head + 1
    head += count - (dropped?.length ?? 0)
    queue.committed({ first, head, dropped })
  }
  return { queue, groups, published, commit, settle }
}

test('while one commit runs the next group gathers, and goes when it is done', async () => {
  const { queue, groups, published, commit, settle } = setUp()
  const first = queue.append([reading(1)], undefined, 1)
  await settle()
  const rest = [queue.append([reading(2), reading(3)], undefined, 1), queue.append([reading(4)], undefined, 1)]
  await settle()
  expect(groups.map(({ entries }) => entries.count)).toEqual([1])
  commit()
  expect(await first).toEqual({ offsets: [1], head: 1 })
  await settle()
  expect(groups.map(({ entries }) => entries.count)).toEqual([1, 3])
  commit()
  expect(await Promise.all(rest)).toEqual([
    { offsets: [2, 3], head: 4 },
    { offsets: [4], head: 4 }
  ])
  expect(published).toEqual([[1], [2, 3, 4]])
})

test('a dropped draft has no offset, is not published, and moves none of the others', async () => {
  const { queue, published, commit, settle } = setUp()
  const appends = [
    queue.append([outcome('a'), reading(1)], undefined, 1),
    queue.append([outcome('a'), reading(2), outcome('b')], undefined, 1)
  ]
  await settle()
  commit([2, 4])
  expect((await Promise.all(appends)).map(({ offsets }) => offsets)).toEqual([
    [1, 2],
    [undefined, 3, undefined]
  ])
  expect(published).toEqual([[1, 2, 3]])
})

test('a rejected group rejects each of its appends and no other; totals and views go with their group', async () => {
  const { queue, groups, commit, settle } = setUp()
  const lost = [
    queue.append([reading(1)], { tally: { accepted: 1 } }, 1),
    queue.append([], { view: { name: 'v', checkpoint: 0, state: { a: 1 } } }, 1)
  ]
  await settle()
  const kept = queue.append([], { tally: { duplicate: 2 } }, 1)
  const fault = new JournalError('full', 'No space')
  queue.rejected(fault)
  for (const append of lost) await expect(append).rejects.toBe(fault)
  await settle()
  commit()
  expect(await kept).toEqual({ offsets: [], head: 0 })
  expect(groups.map(({ tally, views }) => ({ tally, views }))).toEqual([
    {
      tally: { accepted: 1, rejected: 0, duplicate: 0 },
      views: [{ name: 'v', checkpoint: 0, state: '{"a":1}' }]
    },
    { tally: { accepted: 0, rejected: 0, duplicate: 2 }, views: undefined }
  ])
})

test('under load a group goes every few milliseconds, however fast commits are', async () => {
  const { queue, groups, commit } = setUp()
  let answered = 0
  const answer = setInterval(() => {
    if (groups.length === answered) return
    answered++
    commit()
  }, 0)
  try {
    const begin = performance.now()
    const pending: Promise<unknown>[] = []
    for (let n = 0; n < 3_000; n++) {
      pending.push(queue.append([reading(n)], undefined, 1))
      if (n % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await Promise.all(pending)
    const took = performance.now() - begin
    // One group per 5 ms, but for those before the load was noticed: there were 300 occasions.
    expect(groups.length).toBeLessThan(took / 5 + 60)
    expect(groups.reduce((sum, { entries }) => sum + entries.count, 0)).toBe(3_000)
  } finally {
    clearInterval(answer)
  }
})

test('when writing has failed for good, everything that waits is rejected', async () => {
  const { queue, settle } = setUp()
  const first = queue.append([reading(1)], undefined, 1)
  await settle()
  const second = queue.append([reading(2)], undefined, 1)
  const settled = queue.settled()
  const fault = new JournalError('failed', 'The disk is gone')
  queue.fail(fault)
  await expect(first).rejects.toBe(fault)
  await expect(second).rejects.toBe(fault)
  await settled
})

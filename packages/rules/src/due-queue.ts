/** Something that happens at a moment, unless its moment is moved or taken away before. */
export type Timer = {
  /** Orders timers of one moment, so that they fire in the same order whenever they were set. */
  readonly key: string
  /** Milliseconds of the monotonic count; undefined: nothing is awaited. */
  due: number | undefined
  /** The moment under which it waits in the queue; the queue's own. */
  queued?: number
}

export type DueQueue<T extends Timer> = {
  /** Sets or moves a timer. Moving it later costs nothing until its old moment. */
  set(timer: T, due: number): void
  /** The timers whose moment lies before `now`, earliest first; each is taken out, its `due` cleared. */
  take(now: number): Generator<T>
  /** How many places the queue takes, stale ones included. */
  readonly size: number
}

/**
 * A heap of due times. Each timer has as a rule one place in it: when it comes up too early because its moment was moved,
 * it is put back under the new one. So a sensor that is heard every second costs the queue one step per allowed silence.
 */
export function createDueQueue<T extends Timer>(): DueQueue<T> {
  const heap: { due: number; timer: T }[] = []
  const before = (a: { due: number; timer: T }, b: { due: number; timer: T }) =>
    a.due < b.due || (a.due === b.due && a.timer.key < b.timer.key)

  const push = (timer: T, due: number) => {
    timer.queued = due
    let at = heap.length
    const item = { due, timer }
    heap.push(item)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent] as typeof item
      if (!before(item, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = item
  }

  const pop = (): { due: number; timer: T } | undefined => {
    const [top] = heap
    const last = heap.pop()
    if (!top || !last || heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right && before(right, heap[child] as typeof last)) child++
      const below = heap[child] as typeof last
      if (!before(below, last)) break
      heap[at] = below
      at = child
    }
    heap[at] = last
    return top
  }

  return {
    get size() {
      return heap.length
    },
    set(timer, due) {
      timer.due = due
      if (timer.queued === undefined || due < timer.queued) push(timer, due)
    },
    *take(now) {
      for (let top = heap[0]; top && top.due < now; top = heap[0]) {
        pop()
        const { timer, due } = top
        // A timer that was moved to an earlier moment has left its old place behind.
        if (timer.queued !== due) continue
        timer.queued = undefined
        if (timer.due === undefined) continue
        if (timer.due > due) push(timer, timer.due)
        else {
          timer.due = undefined
          yield timer
        }
      }
    }
  }
}

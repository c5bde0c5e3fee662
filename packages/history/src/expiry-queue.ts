/**
 * Which of many keys are due, without looking at all of them: a binary heap with one entry a key.
 * A key whose moment moves later (each reading moves it) costs nothing until its old moment has come; then its entry
 * is put back. So a message costs O(1), and putting back happens once per key and interval.
 */
export type ExpiryQueue<K> = {
  /** The moment from which on the key is due; replaces an earlier one. */
  set(key: K, due: number): void
  delete(key: K): void
  /** Takes out the keys whose moment is at or before `now`, earliest first. */
  take(now: number): K[]
}

export function createExpiryQueue<K>(): ExpiryQueue<K> {
  const dues = new Map<K, number>()
  /** Moment of the key's entry in the heap: at or before its due. */
  const queued = new Map<K, number>()
  const heap: { key: K; due: number }[] = []

  function push(key: K, due: number): void {
    queued.set(key, due)
    heap.push({ key, due })
    let at = heap.length - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (dueAt(above) <= dueAt(at)) break
      swap(at, above)
      at = above
    }
  }

  function pop(): { key: K; due: number } | undefined {
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    heap[0] = last
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      let least = at
      if (left < heap.length && dueAt(left) < dueAt(least)) least = left
      if (right < heap.length && dueAt(right) < dueAt(least)) least = right
      if (least === at) return first
      swap(at, least)
      at = least
    }
  }

  const dueAt = (at: number): number => heap[at]?.due ?? Number.POSITIVE_INFINITY
  function swap(a: number, b: number): void {
    const kept = heap[a] as { key: K; due: number }
    heap[a] = heap[b] as { key: K; due: number }
    heap[b] = kept
  }

  return {
    set(key, due) {
      dues.set(key, due)
      const there = queued.get(key)
      // An entry that comes too early is put back when its turn comes; one that comes too late needs an earlier one.
      if (there === undefined || due < there) push(key, due)
    },
    delete(key) {
      dues.delete(key)
    },
    take(now) {
      const taken: K[] = []
      while (dueAt(0) <= now) {
        const { key, due } = pop() as { key: K; due: number }
        if (queued.get(key) !== due) continue // superseded by an earlier entry
        queued.delete(key)
        const actual = dues.get(key)
        if (actual === undefined) continue
        if (actual > now) {
          push(key, actual)
          continue
        }
        dues.delete(key)
        taken.push(key)
      }
      return taken
    }
  }
}

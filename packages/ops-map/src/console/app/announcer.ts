/** A short message for the operator: shown for a while, and read out by screen readers. */
export type Announcement = { id: number; text: string; kind: 'done' | 'failed' }
export type Announcer = {
  get(): Announcement | undefined
  say(text: string, kind?: Announcement['kind']): void
  subscribe(listener: () => void): () => void
}

export function createAnnouncer(shownFor = 5_000): Announcer {
  const listeners = new Set<() => void>()
  let current: Announcement | undefined
  let count = 0
  const set = (next: Announcement | undefined) => {
    current = next
    for (const listener of listeners) listener()
  }
  return {
    get: () => current,
    say(text, kind = 'done') {
      count++
      const id = count
      set({ id, text, kind })
      setTimeout(() => {
        if (current?.id === id) set(undefined)
      }, shownFor)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

import type { Entry } from '@city-brain/model'

type Listener = (entries: readonly Entry[]) => void

/** Those who follow the journal. Each gets every committed group once, in order, from the moment it began to listen. */
export type Tail = {
  listen(listener: Listener): () => void
  isHeard(): boolean
  publish(entries: readonly Entry[]): void
}

/** @param onFault told of a listener that threw; the others get their entries all the same */
export function createTail(onFault: (error: unknown) => void): Tail {
  const listeners = new Set<{ listener: Listener }>()
  return {
    listen(listener) {
      // The same function may listen twice, and then gets everything twice.
      const place = { listener }
      listeners.add(place)
      return () => {
        listeners.delete(place)
      }
    },
    isHeard: () => listeners.size > 0,
    publish(entries) {
      if (entries.length === 0) return
      for (const { listener } of [...listeners]) {
        try {
          listener(entries)
        } catch (error) {
          onFault(error)
        }
      }
    }
  }
}

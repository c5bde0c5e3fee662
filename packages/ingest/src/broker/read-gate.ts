export interface ReadGate {
  readonly open: boolean
  /** Called once, when the gate has opened again. */
  whenOpen(wake: () => void): void
  forget(wake: () => void): void
  /** Shuts or opens the gate by what is under way. */
  update(messages: number, bytes: number): void
}

/**
 * The bound on what is under way for all clients together: while too much waits for the disk, no socket is read, so that
 * TCP holds the senders back.
 */
export function createReadGate({ maxMessages, maxBytes }: { maxMessages: number; maxBytes: number }): ReadGate {
  let open = true
  const waiting = new Set<() => void>()

  const wakeAll = () => {
    const all = [...waiting]
    waiting.clear()
    for (const wake of all) wake()
  }

  return {
    whenOpen: (wake) => {
      waiting.add(wake)
    },
    forget: (wake) => {
      waiting.delete(wake)
    },
    update(messages, bytes) {
      if (open) open = messages < maxMessages && bytes < maxBytes
      // Half as much opens it again, so that it does not flutter.
      else if (messages < maxMessages / 2 && bytes < maxBytes / 2) {
        open = true
        setImmediate(wakeAll)
      }
    },
    get open() {
      return open
    }
  }
}

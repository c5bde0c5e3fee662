/** Waits that can be cut short, so that nothing sleeps while there is work or after it was told to stop. */
export type Waiter = {
  /** Until `wake`, `stop`, or so many milliseconds. */
  wait(milliseconds: number): Promise<void>
  /** Until `stop`, or so many milliseconds. */
  pause(milliseconds: number): Promise<void>
  wake(): void
  stop(): void
}

export function createWaiter(): Waiter {
  let wake: (() => void) | undefined
  let stop: (() => void) | undefined
  let stopped = false

  function sleep(milliseconds: number, wakeable: boolean): Promise<void> {
    if (stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        wake = undefined
        stop = undefined
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      stop = end
      if (wakeable) wake = end
    })
  }

  return {
    wait: (milliseconds) => sleep(milliseconds, true),
    pause: (milliseconds) => sleep(milliseconds, false),
    wake: () => wake?.(),
    stop() {
      stopped = true
      stop?.()
    }
  }
}

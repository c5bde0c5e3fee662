import type { Log } from './log.ts'

/** Ends what was begun, the last first; also when only half of it was begun. */
export function createClosers(log: Log) {
  const steps: { name: string; close: () => unknown }[] = []
  let closed: Promise<void> | undefined
  return {
    add(name: string, close: () => unknown): void {
      steps.push({ name, close })
    },
    /** Each step is tried, whatever the one before it said. */
    close(): Promise<void> {
      closed ??= (async () => {
        for (const { name, close } of steps.toReversed()) {
          try {
            await close()
          } catch (error) {
            log('error', `${name} did not end cleanly`, { error: String((error as Error).stack ?? error) })
          }
        }
      })()
      return closed
    }
  }
}

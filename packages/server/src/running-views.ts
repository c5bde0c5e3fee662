import type { Clock, Journal } from '@city-brain/model'
import type { HealthProblem } from './health/health.ts'
import type { Log } from './log.ts'

/** A view at work; what the journal's runner tells of it. */
export type NamedView = {
  name: string
  runner: {
    readonly offset: number
    readonly caughtUp: Promise<void>
    readonly error: Error | undefined
    stop(): Promise<void>
  }
}

/** How long stopping waits for views and history to come to the end of the journal; the rest is taken up at the next start. */
const drainTime = 3_000

/** Waits until what was accepted is applied and stored, as far as that is possible now. */
export async function drain({
  journal,
  running,
  history,
  clock,
  log
}: {
  journal: Journal
  running: readonly NamedView[]
  history: () => { state: string; lagSeconds: number }
  clock: Clock
  log: Log
}): Promise<void> {
  const end = journal.head
  const deadline = clock.monotonic() + drainTime
  const waiting = () => [
    ...running.flatMap(({ name, runner }) => (runner.error === undefined && runner.offset < end ? [name] : [])),
    // A store that is away is not waited for: its readings are safe in the journal.
    ...(isStoring(history()) && history().lagSeconds > 0 ? ['history'] : [])
  ]
  while (waiting().length > 0 && clock.monotonic() < deadline) await new Promise((wake) => setTimeout(wake, 20))
  const left = waiting()
  if (left.length > 0) log('info', 'Some views are taken up again at the next start', { views: left })
}

function isStoring({ state }: { state: string }): boolean {
  return state === 'ok' || state === 'catching-up'
}

/** A view that stopped by itself is a failure: what it shows or decides stands still. */
export function viewProblem({ name, runner }: NamedView): HealthProblem[] {
  if (!runner.error) return []
  return [
    {
      status: 'failed',
      text: {
        en: `The view "${name}" has stopped: ${runner.error.message}`,
        zh: `视图“${name}”已停止：${runner.error.message}`
      }
    }
  ]
}

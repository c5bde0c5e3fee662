import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import type { Log } from '../log.ts'

export type Simulation = {
  /** Whether it runs; false between a death and the next start. */
  isRunning(): boolean
  /** How often it has died since the city started. */
  deaths(): number
  stop(): Promise<void>
}

export type SimulationOptions = {
  /** The simulators' entry point. */
  main: string
  city: string
  mqttUrl: string
  /** Made anew at each start of the city; handed over on standard input, never on the command line. */
  secrets: Record<string, string>
  /** Hours of history to bring, where that has not been done yet. */
  backfillHours?: number
  /** The simulators have said that the history is there, whole. */
  onBackfillDone?: () => void
  log: Log
  /** Milliseconds of the first and the longest wait before it is started again. */
  retry?: { first: number; longest: number }
}

/** Named whole, so that it is found from whatever folder the city was started in. */
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const backfillDone = 'backfill-complete'
/** How long it may take to end when it is asked to, milliseconds. */
const patience = 2_000

/**
 * The built-in simulation as a child process. Its standard input stays open for as long as this process lives: the child
 * ends when it closes, so it never outlives the city, however that ends. If it dies it is started again, later each time.
 */
export function startSimulation(options: SimulationOptions): Simulation {
  const { main, city, mqttUrl, secrets, log, retry = { first: 1_000, longest: 30_000 } } = options
  let child: ChildProcess | undefined
  let stopping = false
  let deaths = 0
  let timer: NodeJS.Timeout | undefined
  let backfill = options.backfillHours

  const start = () => {
    timer = undefined
    const startedAt = performance.now()
    const args = ['--import', loader, main, '--city', city, '--mqtt-url', mqttUrl]
    if (backfill !== undefined) args.push('--backfill-hours', String(backfill))
    const running = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    child = running
    // A child that ended early closes its input first; the exit below says all there is to say.
    running.stdin.on('error', () => undefined)
    running.stdin.write(`${JSON.stringify({ secrets })}\n`)
    createInterface({ input: running.stdout }).on('line', (line) => {
      if (line.trim() === backfillDone) {
        backfill = undefined
        options.onBackfillDone?.()
      } else log('info', `simulation: ${line}`)
    })
    createInterface({ input: running.stderr }).on('line', (line) => log('warn', `simulation: ${line}`))
    running.on('error', (error) => log('error', 'The simulation could not be started', { error: error.message }))
    running.on('close', (code, signal) => {
      child = undefined
      if (stopping) return
      // One that ran well for a while is not the one that kept dying.
      deaths = performance.now() - startedAt > 60_000 ? 1 : deaths + 1
      const wait = Math.min(retry.first * 2 ** (deaths - 1), retry.longest)
      log('warn', 'The simulation has ended and is started again', { code, signal, seconds: wait / 1_000 })
      timer = setTimeout(start, wait)
    })
  }
  start()

  return {
    isRunning: () => child !== undefined,
    deaths: () => deaths,
    async stop() {
      stopping = true
      clearTimeout(timer)
      const running = child
      if (!running || running.exitCode !== null || running.signalCode !== null) return
      const ended = new Promise<void>((resolve) => running.once('close', () => resolve()))
      // Asked first, so that its devices can say that they go; then its input closes, which ends it at once.
      running.kill('SIGTERM')
      const close = setTimeout(() => running.stdin?.end(), patience)
      const force = setTimeout(() => running.kill('SIGKILL'), 2 * patience)
      await ended
      clearTimeout(close)
      clearTimeout(force)
    }
  }
}

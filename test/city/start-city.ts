import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Health } from '@city-brain/model'
import { descendants } from './processes.ts'

const root = resolve(import.meta.dirname, '../..')

export type RunningCity = {
  process: ChildProcess
  /** `http://127.0.0.1:PORT` */
  url: string
  mqttPort: number
  data: string
  /** Name and generated password, printed on a first start only. */
  operator?: { name: string; password: string }
  output(): string
  health(): Promise<Health>
  /** Ends it as Ctrl-C does, or with another signal, and waits. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>
  /** `kill -9`, and waits. */
  kill(): Promise<void>
}

export type CityOptions = {
  city?: string
  data: string
  /** Default: false. */
  simulate?: boolean
  /** To start again where clients expect it; default: a free one. */
  mqttPort?: number
  args?: string[]
  env?: Record<string, string>
  /** Put before the city's own command line, e.g. strace with its options. */
  before?: string[]
  /** Told the id of the process at once: to end it while it starts, for instance. */
  onSpawn?: (pid: number) => void
}

/** A folder for a city's data that goes with the test. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'city-brain-story-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Starts the city's process as `npm start` does, on free ports, and waits until it says where to look. */
export async function startCity(options: CityOptions): Promise<RunningCity> {
  const args = [
    ...(options.before ?? []),
    process.execPath,
    '--import',
    'tsx',
    join(root, 'packages/server/src/main.ts'),
    '--city',
    options.city ?? join(root, 'cities/demo'),
    '--data',
    options.data,
    '--port',
    '0',
    '--mqtt-port',
    String(options.mqttPort ?? 0),
    ...(options.simulate ? [] : ['--no-simulate']),
    ...(options.args ?? [])
  ]
  const child = spawn(args[0] as string, args.slice(1), {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env }
  })
  if (child.pid !== undefined) options.onSpawn?.(child.pid)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const ended = once(child, 'exit')

  const find = (pattern: RegExp) => pattern.exec(output)?.[1]
  const deadline = Date.now() + 90_000
  let url: string | undefined
  let mqttPort: string | undefined
  while (url === undefined || mqttPort === undefined) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The city did not start:\n${output}`)
    }
    await new Promise((wake) => setTimeout(wake, 50))
    mqttPort = find(/mqtts?:\/\/[\d.]+:(\d+)/)
    url = find(/(http:\/\/[\d.]+:\d+)/)
  }
  const base = url
  await waitFor(async () => (await fetch(`${base}/api/health`)).ok, 30_000)

  const name = find(/Operator:?\s+(\S+)/i)
  const password = find(/Password:?\s+(\S+)/i)
  return {
    process: child,
    url: base,
    mqttPort: Number(mqttPort),
    data: options.data,
    ...(name && password ? { operator: { name, password } } : {}),
    output: () => output,
    health: async () => (await fetch(`${base}/api/health`)).json() as Promise<Health>,
    stop: async (signal = 'SIGINT') => {
      const pid = options.before ? cityBehind(child.pid as number) : child.pid
      if (child.exitCode === null && child.signalCode === null && pid !== undefined) process.kill(pid, signal)
      await ended
      return child.exitCode
    },
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    }
  }
}

/** A tracer does not pass signals on: the city is its child. Others (prlimit) become the city, which has children of its own. */
function cityBehind(pid: number): number {
  const program = realpathSync(process.execPath)
  return realpathSync(`/proc/${pid}/exe`) === program ? pid : (descendants(pid)[0] ?? pid)
}

/** Asks until the answer is truthy; an answer that throws counts as not yet. */
export async function waitFor<T>(ask: () => T | Promise<T>, timeout: number, every = 50): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeout
  let fault: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer) return answer as NonNullable<T>
    } catch (error) {
      fault = error
    }
    if (Date.now() > deadline) throw new Error(`Still not so after ${timeout} ms`, { cause: fault })
    await new Promise((wake) => setTimeout(wake, every))
  }
}

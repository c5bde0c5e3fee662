import { join } from 'node:path'
import { deviceSecrets } from '../../city/device-secrets.ts'
import { type OperatorSession, signIn, signInFirst } from '../../city/operator-session.ts'
import { descendants, isRunning } from '../../city/processes.ts'
import { type CityOptions, type RunningCity, startCity, waitFor } from '../../city/start-city.ts'
import { writeSmallCity } from '../../city/write-small-city.ts'
import type { FaultContext } from './fault.ts'
import { watchMemory } from './watch-memory.ts'

/** A device of the small city with its secret. */
export type FaultDevice = { device: string; entity: string; secret: string }

export type FaultCity = {
  /** The process that runs now; throws while none does. */
  readonly running: RunningCity
  /** Of that process; undefined while none does. */
  pid(): number | undefined
  /** Stays the same over restarts, so that clients come back. */
  readonly mqttPort: number
  readonly data: string
  readonly devices: readonly FaultDevice[]
  /** Starts it again on the same data and MQTT port, with other options where given. */
  start(changed?: Partial<CityOptions>): Promise<void>
  /** `kill -9`, and waits until nothing that it had started runs any more. */
  kill(): Promise<void>
  /** SIGINT or SIGTERM; resolves with the exit code when it has ended. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>
  /** Signs in anew: an older session may have ended with the process or with the clock. */
  session(): Promise<OperatorSession>
  peakMegabytes(): number
}

/** A small city (detectors `det-1` …, each with a cabinet `cab-1` … of its own) in the fault's folder; it ends with the fault. */
export async function startFaultCity(
  context: FaultContext,
  {
    detectors = 6,
    prepare,
    ...options
  }: {
    detectors?: number
    /** Told the folder of the city's files before the first start. */
    prepare?: (city: string) => void
  } & Partial<CityOptions> = {}
): Promise<FaultCity> {
  const city = join(context.folder, 'city')
  writeSmallCity(city, detectors)
  prepare?.(city)
  const given: CityOptions = { data: join(context.folder, 'data'), ...options, city }
  let running: RunningCity | undefined
  let pid: number | undefined
  const memory = watchMemory(() => pid)
  const begin = async (changed: Partial<CityOptions> = {}) => {
    running = await startCity({
      ...given,
      ...changed,
      onSpawn: (spawned) => {
        pid = spawned
        changed.onSpawn?.(spawned)
      }
    })
  }
  const end = async <T>(how: (city: RunningCity) => Promise<T>): Promise<T> => {
    if (running === undefined) throw new Error('The city does not run')
    const processes = [running.process.pid as number, ...descendants(running.process.pid as number)]
    memory.look()
    const answer = await how(running)
    running = undefined
    pid = undefined
    await waitFor(() => !processes.some(isRunning), 5_000)
    return answer
  }
  context.onEnd(async () => {
    memory.stop()
    if (context.failed()) context.log(`the city's last words:\n${(running?.output() ?? '').slice(-4_000)}`)
    await running?.kill()
  })

  await begin()
  const first = running as RunningCity | undefined
  if (first === undefined) throw new Error('The city does not run')
  const { mqttPort } = first
  const { name, password } = await signInFirst(first)
  const devices = Array.from({ length: detectors }, (_, i) => ({ device: `cab-${i + 1}`, entity: `det-${i + 1}` }))
  const secrets = await deviceSecrets(
    given.data,
    devices.map(({ device }) => device)
  )
  const current = () => {
    if (running === undefined) throw new Error('The city does not run')
    return running
  }
  return {
    get running() {
      return current()
    },
    pid: () => pid,
    mqttPort,
    data: given.data,
    devices: devices.map((one, i) => ({ ...one, secret: secrets[i] ?? '' })),
    start: (changed) => begin({ mqttPort, ...changed }),
    kill: () => end((one) => one.kill()),
    stop: (signal) => end((one) => one.stop(signal)),
    session: () => signIn(current(), { name, password }),
    peakMegabytes: memory.peakMegabytes
  }
}

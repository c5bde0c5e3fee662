import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { findInfluxd } from './find-influxd.ts'

const run = promisify(execFile)

/** A real InfluxDB for tests: how to reach it, and how to end it. */
export type InfluxServer = {
  url: string
  token?: string
  organisation?: string
  username?: string
  password?: string
  /** The process, where the test started it: to pause it. */
  readonly process?: ChildProcess
  /** `kill -9` of it, and waits. */
  kill?(): Promise<void>
  /** Starts it again, after a kill where it still runs, on the same data and address. */
  restart?(): Promise<void>
  stop(): Promise<void>
}

/**
 * The server at INFLUX_URL (with INFLUX_TOKEN and INFLUX_ORG, or INFLUX_USERNAME and INFLUX_PASSWORD), else an `influxd`
 * started in a temporary folder on a free port of loopback. Where neither is possible it says why, and with CI=true it
 * throws: a test may be skipped on a desk, never in continuous integration. `settings`: more of its environment, for one
 * that is started.
 */
export async function startInfluxd(settings: Record<string, string> = {}): Promise<InfluxServer | { missing: string }> {
  const given = fromEnvironment(process.env)
  if (given) return given
  const found = await findInfluxd()
  if ('path' in found) return start(found.path, settings)
  if (process.env.CI === 'true') throw new Error(`InfluxDB cannot be tested: ${found.missing}`)
  return found
}

function fromEnvironment(env: NodeJS.ProcessEnv): InfluxServer | undefined {
  if (!env.INFLUX_URL) return undefined
  return {
    url: env.INFLUX_URL,
    token: env.INFLUX_TOKEN,
    organisation: env.INFLUX_ORG,
    username: env.INFLUX_USERNAME,
    password: env.INFLUX_PASSWORD,
    stop: async () => undefined
  }
}

async function start(program: string, settings: Record<string, string>): Promise<InfluxServer> {
  const { stdout } = await run(program, ['version'])
  if (!/InfluxDB v?1\./.test(stdout)) {
    throw new Error(
      `influxd on the PATH is not 1.x (${stdout.trim()}): start it yourself and give INFLUX_URL and INFLUX_TOKEN`
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'influxd-'))
  let child: ChildProcess | undefined
  const kill = async () => {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    ending.kill('SIGKILL')
    await once(ending, 'exit')
  }
  const killAtExit = () => void child?.kill('SIGKILL')
  process.once('exit', killAtExit)
  const begin = (address: string) => {
    child = spawn(program, [], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder, ...settingsIn(folder, address), ...settings }
    })
    return listening(child)
  }
  const stop = async () => {
    process.off('exit', killAtExit)
    await kill()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const url = await begin('127.0.0.1:0')
    return {
      url,
      get process() {
        return child
      },
      kill,
      async restart() {
        await kill()
        await begin(new URL(url).host)
      },
      stop
    }
  } catch (fault) {
    await stop()
    throw fault
  }
}

function settingsIn(folder: string, address: string): Record<string, string> {
  return {
    INFLUXDB_DATA_DIR: join(folder, 'data'),
    INFLUXDB_DATA_WAL_DIR: join(folder, 'wal'),
    INFLUXDB_META_DIR: join(folder, 'meta'),
    INFLUXDB_HTTP_BIND_ADDRESS: address,
    INFLUXDB_BIND_ADDRESS: '127.0.0.1:0',
    INFLUXDB_HTTP_LOG_ENABLED: 'false',
    INFLUXDB_REPORTING_DISABLED: 'true',
    INFLUXDB_MONITOR_STORE_ENABLED: 'false'
  }
}

/** It says on its standard error where it listens. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`influxd ended with ${code}: ${said.slice(-3).join(' / ')}`)))
    if (!child.stderr) return reject(new Error('influxd has no standard error'))
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line)
      if (said.length > 100) said.shift()
      const address = /msg="Listening on HTTP".* addr=(\S+)/.exec(line)?.[1]
      if (address) resolve(`http://${address}`)
    })
  })
}

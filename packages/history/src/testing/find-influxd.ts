import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const version = '1.8.10'
/** Milliseconds after which a lock is an old one. */
const longestBuild = 600_000

/**
 * The InfluxDB server that tests start: `influxd` on the PATH, or the one in the cache outside the checkout, or, where
 * `go` is there, built into that cache (about a minute and a half, once).
 * Where there is none it says what was looked for.
 */
export async function findInfluxd(): Promise<{ path: string } | { missing: string }> {
  const onPath = await works('influxd')
  if (onPath) return { path: 'influxd' }
  const folder = join(homedir(), '.cache', 'city-brain', `influxd-${version}`)
  const cached = join(folder, 'influxd')
  if (existsSync(cached)) return { path: cached }
  try {
    await run('go', ['version'])
  } catch {
    return { missing: 'no INFLUX_URL, no influxd on the PATH, and no go to build it' }
  }
  try {
    await inTurn(join(folder, 'building'), async () => {
      if (!existsSync(cached)) await build(folder)
    })
  } catch (fault) {
    const { stderr } = fault as { stderr?: string }
    return { missing: `influxd ${version} could not be built: ${(stderr ?? String(fault)).trim().split('\n').at(-1)}` }
  }
  return { path: cached }
}

async function works(program: string): Promise<boolean> {
  try {
    await run(program, ['version'])
    return true
  } catch {
    return false
  }
}

/** One process at a time: two builds at once take twice as long each. A lock that its holder left behind is passed over. */
async function inTurn(lock: string, action: () => Promise<void>): Promise<void> {
  await mkdir(join(lock, '..'), { recursive: true })
  for (;;) {
    try {
      await mkdir(lock)
      break
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault
      const since = await stat(lock).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now()
      )
      if (Date.now() - since > longestBuild) await rm(lock, { recursive: true, force: true })
      else await setTimeout(500)
    }
  }
  try {
    await action()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

/** Into a folder of its own first, so that another test that looks at the same time never finds half a program. */
async function build(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const own = await mkdtemp(join(folder, 'build-'))
  try {
    await run(
      'nice',
      [
        'go',
        'install',
        '-ldflags',
        `-X main.version=${version}`,
        `github.com/influxdata/influxdb/cmd/influxd@v${version}`
      ],
      { env: { ...process.env, GOTOOLCHAIN: 'local', CGO_ENABLED: '0', GOBIN: own }, maxBuffer: 16 * 1024 * 1024 }
    )
    await rename(join(own, 'influxd'), join(folder, 'influxd'))
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

import { existsSync, readFileSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { systemClock } from '@city-brain/model'
import { ControlFault } from '../control/control-messages.ts'
import { controlPath } from '../control/control-path.ts'
import { cityRuns } from './city-runs.ts'
import { checkCommand, salvageCommand } from './journal-commands.ts'
import { makeBackup } from './make-backup.ts'
import { rebuildHistory } from './rebuild-history.ts'
import { restoreBackup } from './restore-backup.ts'

/** What the `city-brain` command does for the data folder as a whole; answers with the exit code. */
export async function runCareCommand(
  positionals: readonly string[],
  { data: given = 'data', anew = false }: { data?: string; anew?: boolean },
  print: (line: string) => void
): Promise<number> {
  const [command = '', action = '', ...rest] = positionals
  const tell = { print, progress: createProgress() }
  if (command === 'restore') {
    if (action === '' || rest.length > 0) throw new ControlFault('Say which: restore FROM --data DIR.')
    const { madeAt, offset, entries } = await restoreBackup({ from: resolve(action), data: resolve(given), ...tell })
    print(
      `The backup of ${madeAt} is put back: ${entries} entries up to ${offset}. Start the city on ${resolve(given)}.`
    )
    return 0
  }
  const data = await realpath(resolve(given)).catch(() => {
    throw new ControlFault(`There is no data folder ${resolve(given)}. Say --data DIR.`)
  })
  if (command === 'backup') {
    if (action === '' || rest.length > 0) throw new ControlFault('Say where to: backup DIR.')
    const manifest = await makeBackup({
      data,
      control: controlPath(data),
      to: resolve(action),
      version: ownVersion(),
      clock: systemClock,
      progress: tell.progress
    })
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
    print(
      `Backup of ${manifest.files.length} files, ${Math.ceil(bytes / 1e6)} MB, in ${resolve(action)}: the journal up to ${manifest.offset} of epoch ${manifest.epoch}.`
    )
    return 0
  }
  if (!existsSync(join(data, 'journal')) && !existsSync(join(data, 'journal-salvaged'))) {
    throw new ControlFault(`There is no journal in ${data}.`)
  }
  switch (`${command} ${action}`) {
    case 'journal check':
      return checkCommand({ data, clock: systemClock, ...tell })
    case 'journal salvage':
      await ensureStopped(data)
      return salvageCommand({ data, clock: systemClock, ...tell })
    case 'history rebuild':
      await ensureStopped(data)
      return rebuildHistory({ data, anew, clock: systemClock, print })
    default:
      throw new ControlFault(`There is no command ${positionals.join(' ')}. Run with --help to see what there is.`)
  }
}

async function ensureStopped(data: string): Promise<void> {
  if (await cityRuns(data)) throw new ControlFault('A city runs on this data folder. Stop it first.')
}

/** Lines on standard error, so that the output stays what was asked for; at most one a second. */
function createProgress(): (what: string) => void {
  let last = Number.NEGATIVE_INFINITY
  return (what) => {
    const now = performance.now()
    if (now - last < 1_000) return
    last = now
    process.stderr.write(`${what} …\n`)
  }
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}

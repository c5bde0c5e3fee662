import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDuckDbCheckpoint } from '@city-brain/history'
import { copyJournal, JournalError } from '@city-brain/journal'
import { type Clock, formatInstant, type HistoryCheckpoint } from '@city-brain/model'
import { DatabaseSync } from '@photostructure/sqlite'
import { askCity, NoCityRuns } from '../control/control-client.ts'
import { ControlFault } from '../control/control-messages.ts'
import { listFiles, type Manifest, manifestName, manifestText } from './manifest.ts'
import { refuseInside } from './refuse-inside.ts'

/**
 * `backup DIR`: a consistent copy of a data folder, also while its city runs: the history first, then everything else, and
 * last the journal at one offset, which is never before that of the history. Intake goes on meanwhile. It appears under its
 * name only when it is whole.
 */
export async function makeBackup({
  data,
  control,
  to,
  version,
  clock,
  progress
}: {
  data: string
  /** The running city's socket. */
  control: string
  to: string
  version: string
  clock: Clock
  progress: (what: string) => void
}): Promise<Manifest> {
  refuseInside(to, data)
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new ControlFault(`${to} is not empty: a backup needs a folder of its own.`)
  const part = `${to}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(join(part, 'history'), { recursive: true, mode: 0o700 })
  try {
    progress('Copying the history')
    const history = await copyHistory(data, control, join(part, 'history'))
    copyCheckpoints(join(data, 'history'), join(part, 'history'))
    copyOthers(data, part)
    progress('Copying the journal')
    const journal = copyJournal({
      folder: join(data, 'journal'),
      to: join(part, 'journal'),
      ...(history ? { history } : {}),
      progress: (offset, end) => progress(`Copying the journal: ${offset} of ${end}`)
    })
    if (history && history.epoch !== journal.epoch) {
      throw new ControlFault(
        `The history is of epoch ${history.epoch}, the journal of ${journal.epoch}. Run history rebuild first.`
      )
    }
    const manifest = {
      version,
      madeAt: formatInstant(clock.now()),
      epoch: journal.epoch,
      offset: journal.head,
      ...(journal.at === undefined ? {} : { receivedAt: formatInstant(journal.at) }),
      entries: journal.entries,
      ...(history ? { history } : {}),
      files: await listFiles(part, progress)
    }
    writeFileSync(join(part, manifestName), manifestText(manifest), { flush: true })
    rmSync(to, { recursive: true, force: true })
    renameSync(part, to)
    return { format: 1, ...manifest }
  } catch (error) {
    rmSync(part, { recursive: true, force: true })
    if (error instanceof JournalError) {
      const advice =
        error.code === 'damaged' ? ' Run: city-brain journal check' : error.code === 'cut' ? '. Try again.' : ''
      throw new ControlFault(`No backup was made: ${error.message}.${advice}`)
    }
    throw error
  }
}

/** The embedded history as of one checkpoint: by the city that runs, which alone may open it, or its file as it lies there. */
async function copyHistory(data: string, control: string, to: string): Promise<HistoryCheckpoint | undefined> {
  const file = join(to, 'history.duckdb')
  try {
    return (await askCity(control, 'copy-history', { file })).checkpoint
  } catch (error) {
    if (!(error instanceof NoCityRuns)) throw error
  }
  for (const end of ['', '.wal']) {
    const source = join(data, 'history', `history.duckdb${end}`)
    if (existsSync(source)) copyFileSync(source, `${file}${end}`)
  }
  return readDuckDbCheckpoint(to)
}

function copyCheckpoints(from: string, to: string): void {
  for (const name of existsSync(from) ? readdirSync(from) : []) {
    if (/^influx-[0-9a-f]+\.json$/.test(name)) copyFileSync(join(from, name), join(to, name))
  }
}

/** Everything else that lies in the data folder itself: databases as of one transaction, other files as they are. */
function copyOthers(data: string, to: string): void {
  for (const name of readdirSync(data)) {
    const source = join(data, name)
    if (!statSync(source).isFile() || /\.db-(wal|shm|journal)$|\.new$/.test(name)) continue
    if (!name.endsWith('.db')) copyFileSync(source, join(to, name))
    else {
      const database = new DatabaseSync(source, { readOnly: true, timeout: 5_000 })
      try {
        database.exec(`VACUUM INTO '${join(to, name).replaceAll("'", "''")}'`)
      } finally {
        database.close()
      }
    }
  }
}

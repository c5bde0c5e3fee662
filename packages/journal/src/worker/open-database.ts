import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { JournalError } from '../journal-error.ts'
import { toJournalError } from './sqlite-fault.ts'

/** In the file's header: whose it is ("CBjr"), and the version of its format. */
const applicationId = 0x43426a72
export const formatVersion = 1

/**
 * Kinds that come by the thousand (tick, reading, spat, by their place in `entryKinds`) are in no index: they are found
 * by offset only, and cost no more than their own row. A query on an index must repeat this text.
 */
export const indexedKinds = 'kind NOT IN (0, 2, 4)'
export const unindexedKinds: ReadonlySet<number> = new Set([0, 2, 4])

/**
 * `hole` is the number of offsets right before an entry that retention has cut: with it, offsets that are missing for
 * any other reason are told from those.
 */
const schema = `
  CREATE TABLE entry (
    offset INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    entity TEXT NOT NULL,
    receivedAt INTEGER NOT NULL,
    source TEXT NOT NULL,
    payload TEXT NOT NULL,
    fingerprint INTEGER,
    id TEXT,
    crc INTEGER NOT NULL,
    hole INTEGER NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX entryId ON entry(id) WHERE id IS NOT NULL;
  CREATE INDEX entryKind ON entry(kind) WHERE ${indexedKinds};
  CREATE INDEX entryEntity ON entry(entity, kind) WHERE ${indexedKinds};
  CREATE TABLE view (
    name TEXT PRIMARY KEY,
    checkpoint INTEGER NOT NULL,
    epoch TEXT,
    offset INTEGER,
    state TEXT,
    crc INTEGER
  );
  CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
`

/** Opens the journal's database, or makes a new one with what `fill` writes into it. */
export function openDatabase(file: string, fill: (database: DatabaseSyncInstance) => void): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | undefined
  try {
    database = new DatabaseSync(file, { timeout: 5_000 })
    const created = checkFormat(database, file)
    // Costs nothing measurable, and lets a file on a short disk shrink in small steps.
    if (created) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    database.exec('PRAGMA journal_mode = WAL')
    database.exec(
      'PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON'
    )
    if (created) {
      database.exec('BEGIN IMMEDIATE')
      database.exec(schema)
      fill(database)
      database.exec('COMMIT')
    }
    return database
  } catch (error) {
    database?.close()
    throw toJournalError(error, `The journal ${file} cannot be opened`)
  }
}

/** True where the file is new. Looks only, so that a file which is not ours stays as it is. */
export function checkFormat(database: DatabaseSyncInstance, file: string): boolean {
  const number = (sql: string) => Object.values(database.prepare(sql).get() as Record<string, number>)[0] as number
  if (number('SELECT count(*) FROM sqlite_schema') === 0) return true
  if (number('PRAGMA application_id') !== applicationId) {
    throw new JournalError('unknown-format', `${file} is a database, but not a journal`, { file })
  }
  const version = number('PRAGMA user_version')
  if (version !== formatVersion) {
    throw new JournalError(
      'unknown-format',
      `The journal ${file} has format ${version}; this version reads format ${formatVersion}`,
      { file, version }
    )
  }
  return false
}

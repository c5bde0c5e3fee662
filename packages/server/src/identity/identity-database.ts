import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { StartFault } from '../start-fault.ts'

export type IdentityDatabase = InstanceType<typeof DatabaseSync>

/** 2: claim keys. A file of an older format gets the tables that it lacks; what it holds stays as it is. */
const formatVersion = 2

/**
 * `identity.db` in the data folder: who may sign in and which devices may speak. It holds only hashes, is readable by
 * its owner alone, and has few rows and rare writes, so it is used synchronously.
 */
export function openIdentityDatabase(folder: string): IdentityDatabase {
  const file = join(folder, 'identity.db')
  const database = new DatabaseSync(file)
  chmodSync(file, 0o600)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;')
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > formatVersion) {
    database.close()
    throw new StartFault(`${file} was written by a newer version of city-brain (format ${version})`)
  }
  database.exec(`
    CREATE TABLE IF NOT EXISTS operators (
      name TEXT PRIMARY KEY, hash TEXT NOT NULL, must_change INTEGER NOT NULL, changed_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS sessions (
      token_hash TEXT PRIMARY KEY, operator TEXT NOT NULL REFERENCES operators (name),
      created_at INTEGER NOT NULL, used_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS device_secrets (
      device TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS claim_keys (
      id TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL, area TEXT NOT NULL, domain TEXT NOT NULL,
      profile TEXT, prefix TEXT NOT NULL, count INTEGER NOT NULL, remaining INTEGER NOT NULL,
      expires_at INTEGER NOT NULL, revoked INTEGER NOT NULL, created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS claims (
      device TEXT PRIMARY KEY, claim_key TEXT NOT NULL REFERENCES claim_keys (id), claimed_at INTEGER NOT NULL
    ) STRICT;
    PRAGMA user_version = ${formatVersion};
  `)
  return database
}

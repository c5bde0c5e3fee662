import { type AttributeKind, readingTypes } from '@city-brain/model'
import type { DuckDBConnection } from '@duckdb/node-api'
import { HistoryMisconfigured } from '../errors.ts'
import { attributeKinds } from '../row-check.ts'

/** Of the tables. Files from before it was kept have none, and are as the first. */
export const formatVersion = 1

export const columnTypes: Record<AttributeKind, 'DOUBLE' | 'BOOLEAN' | 'VARCHAR'> = {
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'VARCHAR',
  list: 'VARCHAR'
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * Makes the tables, or brings those of an older vocabulary up to date: an attribute that is new gets a column, one that
 * has gone keeps its own. An attribute that has changed its kind cannot be mended here.
 */
export async function ensureSchema(connection: DuckDBConnection): Promise<void> {
  await connection.run('BEGIN')
  await connection.run('CREATE TABLE IF NOT EXISTS format (version INTEGER NOT NULL)')
  const [stored] = (await connection.runAndReadAll('SELECT max(version) FROM format')).getRows()
  const version = Number(stored?.[0] ?? 0)
  if (version > formatVersion) {
    throw new HistoryMisconfigured(`The history was written by a newer version of city-brain (format ${version})`)
  }
  if (version < formatVersion) {
    await connection.run('DELETE FROM format')
    await connection.run(`INSERT INTO format VALUES (${formatVersion})`)
  }
  await connection.run('CREATE TABLE IF NOT EXISTS entities (id INTEGER NOT NULL, entity VARCHAR NOT NULL)')
  await connection.run(
    'CREATE TABLE IF NOT EXISTS checkpoint (epoch VARCHAR, "offset" BIGINT, stored BIGINT, refused BIGINT)'
  )
  for (const type of readingTypes) {
    await connection.run(
      `CREATE TABLE IF NOT EXISTS ${quoted(type)} (time BIGINT NOT NULL, "offset" BIGINT NOT NULL, entity INTEGER NOT NULL, flags VARCHAR)`
    )
    const there = await columnsOf(connection, type)
    for (const [name, kind] of attributeKinds.get(type) ?? []) {
      const wanted = columnTypes[kind]
      const found = there.get(name)
      if (found === undefined) await connection.run(`ALTER TABLE ${quoted(type)} ADD COLUMN ${quoted(name)} ${wanted}`)
      else if (found !== wanted) {
        throw new HistoryMisconfigured(
          `The history's table ${type} has ${name} as ${found}, the vocabulary as ${wanted}: move the file away to begin anew`
        )
      }
    }
  }
  await connection.run('COMMIT')
}

/** Names and types of a table's columns in their order, which is the order in which rows are appended. */
export async function columnsOf(connection: DuckDBConnection, table: string): Promise<Map<string, string>> {
  const reader = await connection.runAndReadAll(
    'SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position',
    [table]
  )
  return new Map(reader.getRows().map(([name, type]) => [String(name), String(type)]))
}

import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse, stringify } from 'yaml'

const tinyCity = resolve(import.meta.dirname, '../../packages/server/src/testing/tiny-city')

/** The tiny city, keeping everything for a hundred years: a data folder of it can be opened whenever the test runs. */
export function writeLongLivedCity(folder: string): string {
  cpSync(tinyCity, folder, { recursive: true })
  const file = join(folder, 'city.yaml')
  const days = 36_500
  const city = parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  writeFileSync(file, stringify({ ...city, historyDays: days, journal: { readingDays: days, auditDays: days } }))
  return folder
}

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compileFeed } from '@city-brain/ingest'
import { loadRules } from '@city-brain/rules'
import { CityFault, loadCity } from '@city-brain/server'
import { loadIntersections } from '@city-brain/signals'
import fc from 'fast-check'
import { writeSmallCity } from '../../city/write-small-city.ts'
import { createFaults, type FuzzTarget, shown } from '../fuzz-target.ts'
import { brokenFile } from '../inputs/feed-documents.ts'
import { watchOwnMemory } from '../memory-watch.ts'

const demo = resolve(import.meta.dirname, '../../../cities/demo')

/** A small city with the demo's rules, feeds and one of its signals: whatever is done to a file, it starts or says why not. */
export const fuzzCityFiles: FuzzTarget = async ({ inputs, seed, folder }) => {
  const faults = createFaults()
  const memory = watchOwnMemory()
  const city = join(folder, 'city')
  const files = writeFuzzCity(city)
  const load = async (): Promise<'city' | 'problems' | string> => {
    try {
      await loadCity({ folder: city, loadRules, loadIntersections, compileFeed })
      return 'city'
    } catch (error) {
      if (error instanceof CityFault && error.problems.length > 0) return 'problems'
      return String((error as Error).stack ?? error)
    }
  }
  const input = fc.oneof(...files.map(({ file, text }) => brokenFile(text).map((bytes) => ({ file, text, bytes }))))
  const seen = { city: 0, problems: 0 }
  for (const { file, text, bytes } of fc.sample(input, { numRuns: inputs, seed })) {
    writeFileSync(join(city, file), bytes)
    const outcome = await load()
    if (outcome === 'city' || outcome === 'problems') seen[outcome]++
    else faults.add(outcome, { file, bytes: shown(bytes) })
    writeFileSync(join(city, file), text)
    memory.sample()
  }
  if (inputs > 100 && seen.problems === 0) faults.add('no file was ever found wrong', seen)
  return {
    target: 'city-files',
    inputs,
    crashes: faults.count,
    acknowledged: 0,
    found: 0,
    lost: 0,
    peakMegabytes: memory.stop(),
    faults: faults.faults
  }
}

function writeFuzzCity(city: string): { file: string; text: string }[] {
  writeSmallCity(city, 3)
  for (const folder of ['rules', 'feeds']) cpSync(join(demo, folder), join(city, folder), { recursive: true })
  const [signal = ''] = readdirSync(join(demo, 'signals'))
  cpSync(join(demo, 'signals', signal), join(city, 'signals', signal))
  const inFolder = (name: string) => readdirSync(join(city, name)).map((file) => `${name}/${file}`)
  const files = ['city.yaml', 'devices.yaml', 'assets.geojson', ...['rules', 'feeds', 'signals'].flatMap(inFolder)]
  return files.map((file) => ({ file, text: readFileSync(join(city, file), 'utf8') }))
}

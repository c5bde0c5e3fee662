import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AssetCollection,
  CityFile,
  checkDocument,
  DeviceRegister,
  formatProblem,
  Intersection,
  type Problem,
  parseYamlDocument
} from '@city-brain/model'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** What the simulation needs of a city's folder. The city process has checked the folder whole; this checks only what it reads. */
export type SimulatedCity = {
  file: CityFile
  assets: AssetCollection['features']
  register: DeviceRegister
  intersections: Intersection[]
}

/** @throws Error with every problem in it, one a line */
export function readCity(folder: string): SimulatedCity {
  const problems: Problem[] = []
  const read = <T>(path: string, schema: TSchema): T | undefined => {
    let text: string
    try {
      text = readFileSync(join(folder, path), 'utf8')
    } catch (error) {
      problems.push({ file: path, code: 'missing-file', message: (error as Error).message })
      return undefined
    }
    const checked = checkDocument(parseYamlDocument(path, text), Compile(schema))
    problems.push(...checked.problems)
    return checked.value as T | undefined
  }
  const file = read<CityFile>('city.yaml', CityFile)
  const register = read<DeviceRegister>('devices.yaml', DeviceRegister)
  const intersections = namesIn(join(folder, 'signals')).flatMap(
    (name) => read<Intersection>(join('signals', name), Intersection) ?? []
  )
  const assets = readAssets(folder, problems)
  if (!file || !register || !assets || problems.length > 0) throw new Error(problems.map(formatProblem).join('\n'))
  return { file, register, intersections, assets }
}

function readAssets(folder: string, problems: Problem[]): AssetCollection['features'] | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, 'assets.geojson'), 'utf8')) as AssetCollection).features
  } catch (error) {
    problems.push({ file: 'assets.geojson', code: 'unreadable', message: (error as Error).message })
    return undefined
  }
}

/** A city without signals has no such folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

import {
  type AssetCollection,
  CityFile,
  checkDocument,
  DeviceRegister,
  type Intersection,
  type Problem,
  parseYamlDocument,
  type YamlDocument
} from '@city-brain/model'
import { Compile } from 'typebox/compile'
import { CityFault, StartFault } from '../start-fault.ts'
import { checkAssets } from './check-assets.ts'
import { checkBrokers } from './check-brokers.ts'
import { checkControllers, checkDevices } from './check-devices.ts'
import { isFolder, readDocument, readDocuments, readText } from './read-city-files.ts'

/** A city folder, read whole and found to be right. */
export type City<RuleSet, CompiledFeed> = {
  folder: string
  file: CityFile
  assets: AssetCollection
  register: DeviceRegister
  intersections: Intersection[]
  ruleSet: RuleSet
  feeds: CompiledFeed[]
  /** The text of `basemap.geojson`, where the city brings one. */
  basemap?: string
  /** The rules as the user wrote them, for the journal's `rule-set` entry. */
  ruleDocuments: { file: string; value: unknown }[]
}

/** The readers of those files whose form only a sibling package knows. */
type Loaders<RuleSet, CompiledFeed> = {
  loadRules(given: { documents: YamlDocument[]; assets: AssetCollection }): {
    ruleSet?: RuleSet
    problems: Problem[]
  }
  loadIntersections(given: { documents: YamlDocument[]; assets: AssetCollection }): {
    intersections: Intersection[]
    problems: Problem[]
  }
  compileFeed(document: YamlDocument): { feed?: CompiledFeed; problems: Problem[] }
}

const cityFile = Compile(CityFile)
const deviceRegister = Compile(DeviceRegister)

/** Reads and checks a city's folder whole. Every fault of every file comes in one CityFault; a wrong file never starts half a city. */
export async function loadCity<RuleSet, CompiledFeed>({
  folder,
  loadRules,
  loadIntersections,
  compileFeed
}: { folder: string } & Loaders<RuleSet, CompiledFeed>): Promise<City<RuleSet, CompiledFeed>> {
  if (!(await isFolder(folder))) throw new StartFault(`There is no city in ${folder}: the folder does not exist.`)
  const [city, devices, assetsText, signals, rules, feeds, basemapText] = await Promise.all([
    readDocument(folder, 'city.yaml'),
    readDocument(folder, 'devices.yaml'),
    readText(folder, 'assets.geojson'),
    readDocuments(folder, 'signals'),
    readDocuments(folder, 'rules'),
    readDocuments(folder, 'feeds'),
    readText(folder, 'basemap.geojson')
  ])
  const problems: Problem[] = [city, devices, signals, rules, feeds].flatMap((read) => read.problems)

  const file = city.document && take(checkDocument(city.document, cityFile), problems)
  if (file && city.document) problems.push(...checkTimeZone(city.document, file))

  if (assetsText.problem) problems.push(assetsText.problem)
  const assets = assetsText.text === undefined ? undefined : parseAssets('assets.geojson', assetsText.text, problems)
  const register = devices.document && take(checkDocument(devices.document, deviceRegister), problems)
  if (basemapText.problem && basemapText.problem.code !== 'missing-file') problems.push(basemapText.problem)
  if (basemapText.text !== undefined) problems.push(...checkBasemap('basemap.geojson', basemapText.text))

  const compiled = feeds.documents.map((document) => compileFeed(document))
  problems.push(...compiled.flatMap((one) => one.problems))

  // What refers to assets can only be judged where those could be read; with a broken file there every reference would be a fault.
  if (!assets) throw new CityFault(folder, problems)
  if (register && devices.document) problems.push(...checkDevices(devices.document, register, assets))
  if (file && city.document && register && devices.document) {
    problems.push(...checkBrokers({ document: city.document, file }, { document: devices.document, register }))
  }
  const { intersections, problems: signalProblems } = loadIntersections({ documents: signals.documents, assets })
  problems.push(...signalProblems)
  if (register) problems.push(...checkControllers(signals.documents, intersections, register))
  const { ruleSet, problems: ruleProblems } = loadRules({ documents: rules.documents, assets })
  problems.push(...ruleProblems)

  if (problems.length > 0 || !file || !register || !ruleSet) throw new CityFault(folder, problems)
  return {
    folder,
    file,
    assets,
    register,
    intersections,
    ruleSet,
    feeds: compiled.flatMap(({ feed }) => (feed ? [feed] : [])),
    ruleDocuments: rules.documents.map(({ file, value }) => ({ file, value })),
    ...(basemapText.text === undefined ? {} : { basemap: basemapText.text })
  }
}

function take<T>(checked: { value: T | undefined; problems: Problem[] }, problems: Problem[]): T | undefined {
  problems.push(...checked.problems)
  return checked.value
}

/** `assets.geojson` may have megabytes: positions are looked up, by a slower parser, only where there is a fault. */
function parseAssets(file: string, text: string, problems: Problem[]): AssetCollection | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    problems.push(...syntaxFaults(file, text, error))
    return undefined
  }
  const { assets, faults } = checkAssets(value)
  if (assets) return assets
  const document = parseYamlDocument(file, text)
  for (const { path, code, message } of faults) {
    problems.push({ file, ...document.locate(path), path, code, message })
  }
  return undefined
}

/** JSON is YAML, and the YAML parser says where it went wrong; what only JSON forbids (a trailing comma) it lets pass. */
function syntaxFaults(file: string, text: string, error: unknown): Problem[] {
  const found = parseYamlDocument(file, text).problems
  return found.length > 0 ? found : [{ file, code: 'syntax', message: `is not JSON: ${(error as Error).message}` }]
}

function checkBasemap(file: string, text: string): Problem[] {
  let value: { type?: unknown; features?: unknown } | null
  try {
    value = JSON.parse(text)
  } catch (error) {
    return syntaxFaults(file, text, error)
  }
  if (value?.type === 'FeatureCollection' && Array.isArray(value.features)) return []
  return [{ file, line: 1, column: 1, code: 'schema', message: 'must be a FeatureCollection with a list of features' }]
}

function checkTimeZone(document: YamlDocument, city: CityFile): Problem[] {
  try {
    new Intl.DateTimeFormat('en', { timeZone: city.timeZone })
    return []
  } catch {
    const place = { file: document.file, ...document.locate('/timeZone'), path: '/timeZone' }
    return [{ ...place, code: 'inconsistent', message: `there is no time zone ${city.timeZone}` }]
  }
}

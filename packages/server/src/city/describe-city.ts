import type { AssetCollection, CityDescription, CityFile, Intersection, LocalizedText } from '@city-brain/model'

/** What the browser needs of a city that does not change while it runs. */
export function describeCity(
  city: { file: CityFile; assets: AssetCollection; intersections: Intersection[]; basemap?: string },
  rules: readonly { id: string; version: number; severity?: string; title: LocalizedText }[]
): CityDescription {
  const { id, name, timeZone, languages, centre, zoom } = city.file
  return {
    id,
    name,
    timeZone,
    languages,
    centre,
    zoom,
    assets: city.assets,
    intersections: city.intersections,
    rules: rules.map((rule) => ({
      id: rule.id,
      version: rule.version,
      title: rule.title,
      ...(rule.severity === undefined ? {} : { severity: rule.severity })
    })),
    ...(city.basemap === undefined ? {} : { basemap: '/api/city/basemap' })
  }
}

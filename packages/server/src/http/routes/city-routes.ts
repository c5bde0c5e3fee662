import type { AssetCollection, CityDescription, ParkingCityAnswer } from '@city-brain/model'
import { ApiFault } from '../api-fault.ts'
import type { App, AppParts } from '../app.ts'
import { createTextAnswer } from '../text-answer.ts'
import { answers, CityBody, FeatureCollectionBody, HealthBody, ParkingBody, ParkingCityBody } from '../wire-schemas.ts'

/** How long a browser may use the city's own files without asking again; after that an entity tag answers. */
const revalidate = 'private, no-cache'

/** What does not change while the city runs, its health, and what residents may see. */
export function cityRoutes(app: App, { city, registry, basemap, health, parking }: AppParts): void {
  let known: { assets: AssetCollection; answer: ReturnType<typeof createTextAnswer> } | undefined
  const description = () => {
    const assets = registry.assets()
    if (known?.assets !== assets) {
      const assetsOffset = registry.assetsOffset()
      const now: CityDescription = { ...city, assets, ...(assetsOffset > 0 ? { assetsOffset } : {}) }
      known = { assets, answer: createTextAnswer(JSON.stringify(now), 'application/json') }
    }
    return known.answer
  }
  const map = basemap === undefined ? undefined : createTextAnswer(basemap, 'application/geo+json')
  const parkingCity: ParkingCityAnswer = {
    name: city.name,
    timeZone: city.timeZone,
    centre: city.centre,
    zoom: city.zoom,
    ...(city.basemap ? { basemap: '/api/parking/basemap' } : {})
  }

  app.get(
    '/api/health',
    {
      schema: { tags: ['health'], summary: 'How the city is; public', response: answers(HealthBody) },
      config: { access: 'public' }
    },
    health
  )
  app.get(
    '/api/city',
    { schema: { tags: ['city'], summary: 'What does not change with the readings', response: answers(CityBody) } },
    (request, reply) => description()(request, reply, revalidate)
  )
  app.get(
    '/api/city/basemap',
    { schema: { tags: ['city'], summary: 'The basemap as GeoJSON', response: answers(FeatureCollectionBody) } },
    (request, reply) => {
      if (!map) throw new ApiFault('not-found')
      return map(request, reply, revalidate)
    }
  )
  app.get(
    '/api/parking',
    {
      schema: { tags: ['parking'], summary: 'Car parks as residents see them; public', response: answers(ParkingBody) },
      config: { access: 'public' }
    },
    (_request, reply) => {
      reply.header('cache-control', 'public, max-age=5')
      return parking()
    }
  )
  app.get(
    '/api/parking/city',
    {
      schema: { tags: ['parking'], summary: 'The city for residents; public', response: answers(ParkingCityBody) },
      config: { access: 'public' }
    },
    () => parkingCity
  )
  app.get(
    '/api/parking/basemap',
    {
      schema: { tags: ['parking'], summary: 'The basemap; public', response: answers(FeatureCollectionBody) },
      config: { access: 'public' }
    },
    (request, reply) => {
      if (!map) throw new ApiFault('not-found')
      return map(request, reply, 'public, max-age=300')
    }
  )
}

import Type from 'typebox'
import type { App, AppParts } from '../app.ts'
import { answers, RadioDevicesBody } from '../wire-schemas.ts'

/** The frame counters of the radio devices behind gateways, and what is missing of them. */
export function radioDeviceRoutes(app: App, { frames }: AppParts): void {
  app.get(
    '/api/radio-devices',
    {
      schema: {
        tags: ['devices'],
        summary: 'Radio devices whose feeds name a frame counter, those with the most lost frames first',
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 }))
        }),
        response: answers(RadioDevicesBody)
      }
    },
    (request) => {
      const { devices, lost, list } = frames()
      return { devices, lost, radioDevices: list(request.query.limit ?? 1_000) }
    }
  )
}

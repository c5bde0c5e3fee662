import Type, { type Static } from 'typebox'
import { instant, oneOf, text } from './fields.ts'

/** Published retained on `status`: `online` as birth, `offline` as last will. */
export const DeviceStatusMessage = Type.Object(
  {
    status: oneOf(['online', 'offline'], 'Whether the device is there'),
    dateObserved: Type.Optional(instant('When it said so; a will carries none')),
    softwareVersion: Type.Optional(text('Version of the software on the device'))
  },
  { additionalProperties: false, $id: 'DeviceStatusMessage' }
)
export type DeviceStatusMessage = Static<typeof DeviceStatusMessage>

/** Payload of a `status` entry; the entry's entity is the device. */
export type DeviceStatus = {
  status: 'online' | 'offline'
  softwareVersion?: string
}

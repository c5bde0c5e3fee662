import Type from 'typebox'
import { EntityId } from '../entity-id.ts'
import { fraction, instant, quantity } from '../fields.ts'

/** What every reading carries, whatever its type. `id` and `type` may be left out where the topic's device is the entity. */
export const commonAttributes = {
  id: Type.Optional(EntityId),
  dateObserved: instant('When the device observed it, RFC 3339'),
  batteryLevel: Type.Optional(fraction('Charge of the device')),
  rssi: Type.Optional(quantity('dBm', 'Received signal strength', -200, 0))
}

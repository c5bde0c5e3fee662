import type { DeviceRegister } from '@city-brain/model'

/** Whether a gateway may deliver over HTTP: `webhook: true` in `devices.yaml`. */
export function webhooksOf({ gateways = [] }: DeviceRegister): (gateway: string) => boolean {
  const open = new Set(gateways.flatMap(({ id, webhook }) => (webhook ? [id] : [])))
  return (gateway) => open.has(gateway)
}

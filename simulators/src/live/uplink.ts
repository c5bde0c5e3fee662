import { createHash } from 'node:crypto'

/** What a LoRaWAN network server publishes for a container's sensor: the JSON of ChirpStack's MQTT integration, version 4. */
export function uplinkOf(
  entity: string,
  dateObserved: string,
  values: Record<string, unknown>,
  count: number
): { device: string; payload: string } {
  const device = createHash('sha256').update(entity).digest('hex').slice(0, 16)
  const number = (value: unknown) => (typeof value === 'number' ? value : 0)
  const payload = {
    deduplicationId: createHash('sha256').update(`${entity}/${dateObserved}`).digest('hex').slice(0, 32),
    time: dateObserved,
    deviceInfo: { applicationName: 'waste', deviceName: entity, devEui: device },
    fCnt: count,
    fPort: 2,
    rxInfo: [{ rssi: number(values.rssi), snr: Number((10 + (number(values.rssi) + 90) / 5).toFixed(1)) }],
    object: {
      fill_percent: Math.round(number(values.fillingLevel) * 100),
      temperature: values.temperature,
      battery_percent: Math.round(number(values.batteryLevel) * 100),
      tilted: false,
      burning: values.status === 'burning'
    }
  }
  return { device, payload: JSON.stringify(payload) }
}

import type { DeviceStatus } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { CityBroker } from './city-broker.ts'

/**
 * Retained messages are in memory and end with a restart; the last status of each device is in the journal. It is
 * published again as what it was, a retained message, for those who may hear it. Nothing is concluded from it.
 */
export function republishStatus({
  broker,
  directory,
  statuses
}: {
  broker: CityBroker
  directory: Directory
  statuses: ReadonlyMap<string, DeviceStatus>
}): void {
  for (const [device, status] of statuses) {
    const topic = directory.speaker(device)?.commandTopic?.replace(/cmd$/, 'status')
    if (topic === undefined || !directory.heard(topic)) continue
    const payload = Buffer.from(JSON.stringify(status))
    broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: true, dup: false }, () => {})
  }
}

import type { CommandOutlet, DeviceStatus } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { Upstream } from './create-upstream.ts'

/**
 * Commands by way of an external broker, QoS 1. Whether the device listens only that broker knows, so a command counts as
 * sent when the broker has acknowledged it; a device whose last status says that it is offline is sent nothing, because the
 * broker would keep the command for it until it is too late.
 */
export function createExternalOutlet({
  upstream,
  directory,
  statuses
}: {
  upstream: Upstream
  directory: Directory
  statuses: ReadonlyMap<string, DeviceStatus>
}): CommandOutlet {
  return {
    send(device, payload) {
      const topic = directory.speaker(device)?.commandTopic
      if (topic === undefined || statuses.get(device)?.status === 'offline') return Promise.resolve(false)
      return upstream.publish(topic, payload)
    }
  }
}

import type { CommandOutlet } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { CityBroker } from './city-broker.ts'
import type { Connections } from './connections.ts'

/** Hands messages to devices on their `cmd` topic, QoS 1, where they listen to it at the moment. */
export function createCommandOutlet({
  broker,
  directory,
  connections
}: {
  broker: CityBroker
  directory: Directory
  connections: Connections
}): CommandOutlet {
  const listens = (device: string, topic: string) =>
    connections.of(device).some((client) => {
      // Not in the published type; it is what aedes itself delivers by.
      const { subscriptions } = client as unknown as { subscriptions: Record<string, unknown> }
      return subscriptions[topic] !== undefined
    })
  return {
    send(device, payload) {
      const topic = directory.speaker(device)?.commandTopic
      if (topic === undefined || !listens(device, topic)) return Promise.resolve(false)
      return new Promise((resolve, reject) => {
        const packet = {
          cmd: 'publish',
          topic,
          payload: Buffer.from(payload),
          qos: 1,
          retain: false,
          dup: false
        } as const
        broker.publish(packet, (fault) => (fault ? reject(fault) : resolve(true)))
      })
    }
  }
}

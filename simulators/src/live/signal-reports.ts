import type { Controller } from '../controller/index.ts'
import type { Fleet } from './fleet.ts'

export type SignalReports = {
  /** Steps the controllers, and publishes those that are due or have changed. */
  beat(now: number): void
  greenOf(intersection: string, phase: number): boolean
}

/** SPaT of each controller once a second and at every change (QoS 0); commands are judged by it and answered on `ack`. */
export function createSignalReports(controllers: readonly Controller[], fleet: Fleet): SignalReports {
  const byIntersection = new Map(controllers.map((controller) => [controller.intersection, controller]))
  const entries = controllers.flatMap((controller) => {
    const device = fleet.deviceOf(controller.intersection)
    if (!device) return []
    device.client.onMessage(device.topic('cmd'), (payload) => {
      const answer = controller.receive(decode(payload))
      if (answer) device.client.publish(device.topic('ack'), JSON.stringify(answer), 1)
    })
    const silent = device.faults.some(({ kind }) => kind === 'silence')
    return [{ controller, client: device.client, topic: device.topic('spat'), published: 0, silent }]
  })
  return {
    beat(now) {
      for (const entry of entries) {
        const changed = entry.controller.step(now)
        // A little less than a second, or every second beat would come just too early.
        if (entry.silent || (!changed && now - entry.published < 950)) continue
        entry.published = now
        entry.client.publish(entry.topic, JSON.stringify(entry.controller.state()), 0)
      }
    },
    greenOf: (intersection, phase) => byIntersection.get(intersection)?.greenOf(phase) ?? false
  }
}

/** What is no JSON the controller cannot answer either: it has no id. */
function decode(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch {
    return undefined
  }
}

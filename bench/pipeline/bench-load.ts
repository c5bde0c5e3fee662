import { LoadClient } from '../ingest/load-client.ts'
import type { BenchProcess } from './bench-process.ts'
import { type BenchCity, benchDevice, benchEntity, benchTopic } from './write-bench-city.ts'

export type Offered = { sent: number; acknowledged: number; seconds: number; cpu: number }

export type BenchLoad = {
  /** Offers so many readings a second, whether or not they are acknowledged; resolves when all are. */
  offer(perSecond: number, seconds: number): Promise<Offered>
  /** Since the beginning. */
  readonly sent: number
  readonly acknowledged: number
  close(): void
}

/** Every device of the city connected, each with its own secret; they publish in turn, each for its entities in turn. */
export async function connectLoad(city: BenchProcess, { devices, entitiesPerDevice }: BenchCity): Promise<BenchLoad> {
  const ids = Array.from({ length: devices }, (_, device) => benchDevice(device))
  const secrets = await city.secrets(ids)
  const clients: LoadClient[] = []
  for (const [device, id] of ids.entries()) {
    clients.push(await LoadClient.connect(city.mqttPort, id, secrets.get(id) ?? '', benchTopic(device)))
  }
  let total = 0
  let acknowledged = 0
  for (const client of clients) {
    client.onLatency = () => {
      acknowledged++
    }
  }
  /** About 200 bytes, no two alike: `intensity` counts all readings of the bench. */
  const reading = (n: number, dateObserved: string) => {
    const entity = benchEntity(n % devices, Math.floor(n / devices) % entitiesPerDevice)
    return `{"id":"${entity}","type":"TrafficFlowObserved","dateObserved":"${dateObserved}","intensity":${n},"occupancy":${(n % 897) / 1_000},"averageVehicleSpeed":${30 + (n % 401) / 10},"laneId":1,"congested":false}`
  }
  return {
    async offer(perSecond, seconds) {
      const cpuBefore = city.cpu()
      const before = { total, acknowledged }
      const end = total + perSecond * seconds
      const begin = performance.now()
      while (total < end) {
        const due = Math.min(end, before.total + Math.floor(((performance.now() - begin) / 1_000) * perSecond))
        const dateObserved = new Date().toISOString()
        for (; total < due; total++) clients[total % devices]?.publish(reading(total, dateObserved))
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      const patience = performance.now() + 60_000
      while (acknowledged < total && performance.now() < patience) await new Promise((wake) => setTimeout(wake, 1))
      return {
        sent: total - before.total,
        acknowledged: acknowledged - before.acknowledged,
        seconds: (performance.now() - begin) / 1_000,
        cpu: city.cpu() - cpuBefore
      }
    },
    get sent() {
      return total
    },
    get acknowledged() {
      return acknowledged
    },
    close() {
      for (const client of clients) client.close()
    }
  }
}

import type { LoadClient } from './load-client.ts'

export type Offered = { sent: number; acknowledged: number; seconds: number; latencies: Float64Array }

let sequence = 0

/** About 200 bytes, no two alike. */
function reading(dateObserved: string): string {
  sequence++
  const occupancy = (sequence % 997) / 1_000
  const speed = 30 + (sequence % 401) / 10
  return `{"type":"TrafficFlowObserved","dateObserved":"${dateObserved}","intensity":${sequence},"occupancy":${occupancy},"averageVehicleSpeed":${speed},"averageVehicleLength":4.6,"laneId":1,"congested":false}`
}

/** Offers so many readings a second to the clients in turn, whether or not they are acknowledged; ends when all are. */
export async function offerLoad(clients: readonly LoadClient[], perSecond: number, seconds: number): Promise<Offered> {
  const total = perSecond * seconds
  const latencies = new Float64Array(total)
  let acknowledged = 0
  for (const client of clients) {
    client.onLatency = (milliseconds) => {
      latencies[acknowledged++] = milliseconds
    }
  }
  const begin = performance.now()
  let sent = 0
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * perSecond))
    const dateObserved = new Date().toISOString()
    for (; sent < due; sent++) clients[sent % clients.length]?.publish(reading(dateObserved))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const offeredFor = (performance.now() - begin) / 1_000
  const patience = performance.now() + 10_000
  while (acknowledged < total && performance.now() < patience) await new Promise((resolve) => setTimeout(resolve, 1))
  return { sent, acknowledged, seconds: offeredFor, latencies: latencies.subarray(0, acknowledged) }
}

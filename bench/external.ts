import { parseArgs } from 'node:util'
import { type Consumer, startConsumer } from './external/consumer.ts'
import { startMosquitto } from './external/start-mosquitto.ts'
import { deviceCount, deviceId, secretOf, topicOf } from './ingest/devices.ts'
import { LoadClient } from './ingest/load-client.ts'

/**
 * QoS 1 readings of about 200 bytes from 100 clients through a real mosquitto into the city's connection, pipeline and
 * journal, each acknowledged after it is on disk; and the same with an acknowledgement that is simply delayed. The load is
 * as much as is taken: no more is sent while so much is between the publishers and the journal. Then, at a steady load, it
 * is timed how long after a message's arrival its acknowledgement leaves. Broker, city and load share the machine.
 */
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } })
const seconds = Number(values.seconds)
const underWay = 15_000
const warmUpSeconds = 2
const steadySeconds = 3
const steadyPerSecond = 5_000

let sequence = 0
function reading(dateObserved: string): string {
  sequence++
  const occupancy = (sequence % 997) / 1_000
  const speed = 30 + (sequence % 401) / 10
  return `{"type":"TrafficFlowObserved","dateObserved":"${dateObserved}","intensity":${sequence},"occupancy":${occupancy},"averageVehicleSpeed":${speed},"averageVehicleLength":4.6,"laneId":1,"congested":false}`
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** As much as is taken for so many seconds, then a steady load, at which the acknowledgements are timed. */
async function measure(consumer: Consumer, clients: readonly LoadClient[], forSeconds: number) {
  let sent = 0
  let seen = await consumer.stored()
  const offer = async (forSeconds: number, mostNow: () => number) => {
    const until = performance.now() + forSeconds * 1_000
    while (performance.now() < until) {
      const dateObserved = new Date().toISOString()
      for (const most = mostNow(); sent < most; sent++) clients[sent % clients.length]?.publish(reading(dateObserved))
      seen = await consumer.stored()
      await pause(1)
    }
  }
  const settle = async () => {
    const patience = performance.now() + 60_000
    const outstanding = () => clients.reduce((sum, client) => sum + client.outstanding, 0)
    while ((outstanding() > 0 || (await consumer.stored()).stored < sent) && performance.now() < patience)
      await pause(5)
    return sent - outstanding()
  }
  const asMuchAsIsTaken = () => seen.stored + underWay
  await offer(warmUpSeconds, asMuchAsIsTaken)
  const before = seen
  const begin = performance.now()
  await offer(forSeconds, asMuchAsIsTaken)
  const perSecond = Math.round((seen.stored - before.stored) / ((performance.now() - begin) / 1_000))
  const cpuMicroseconds = (seen.cpu - before.cpu) / (seen.stored - before.stored)
  await settle()
  consumer.late()
  const steadyFrom = { sent, at: performance.now() }
  const steady = Math.min(steadyPerSecond, perSecond / 2)
  await offer(steadySeconds, () => steadyFrom.sent + Math.floor((performance.now() - steadyFrom.at) * (steady / 1_000)))
  const acknowledged = await settle()
  return { perSecond, cpuMicroseconds, acknowledged, ...(await consumer.finish()) }
}

async function run(name: 'city' | 'naive', forSeconds: number) {
  const mosquitto = await startMosquitto()
  try {
    const consumer = await startConsumer(name, `mqtt://127.0.0.1:${mosquitto.port}`)
    const devices = Array.from({ length: deviceCount }, (_, i) => deviceId(i))
    const clients = await Promise.all(
      devices.map((device) => LoadClient.connect(mosquitto.port, device, secretOf(device), topicOf(device)))
    )
    const measured = await measure(consumer, clients, forSeconds)
    for (const client of clients) client.close()
    return measured
  } finally {
    await mosquitto.stop()
  }
}

const naive = await run('naive', Math.min(5, seconds))
console.log(`naive: ${naive.perSecond} a second, acknowledged after ${naive.acknowledgedAfter.p50} ms`)
const city = await run('city', seconds)
const lost = city.acknowledged - city.found
if (lost > 0) {
  console.error(`${lost} of ${city.acknowledged} readings that mosquitto acknowledged are not in the journal`)
  process.exitCode = 1
}
console.log(
  JSON.stringify({
    bench: 'external',
    perSecond: city.perSecond,
    cpuMicroseconds: Math.round(city.cpuMicroseconds * 10) / 10,
    naivePerSecond: naive.perSecond,
    ackMs: city.acknowledgedAfter,
    lost
  })
)

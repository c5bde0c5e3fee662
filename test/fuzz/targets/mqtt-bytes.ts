import { connect } from 'node:net'
import fc from 'fast-check'
import { createFaults, type FuzzTarget } from '../fuzz-target.ts'
import { anyBeginning, anyPacket } from '../inputs/mqtt-packets.ts'
import { createPacketReader } from '../mqtt-wire.ts'
import { startFuzzedCity } from '../running-city.ts'

const packetsOfOne = 10
const atOnce = 16
const chunk = 100

/**
 * Bytes on sockets of the broker, before, as and after a CONNECT: it may end the connection, and nothing else happens. A
 * device beside it is served all the time.
 */
export const fuzzMqttBytes: FuzzTarget = async ({ inputs, seed, folder }) => {
  const faults = createFaults()
  const { city, secret, fault, stop } = await startFuzzedCity(folder)
  const connection = fc.record({
    beginning: anyBeginning('cab-1', secret),
    packets: fc.array(anyPacket, { minLength: packetsOfOne, maxLength: packetsOfOne })
  })
  let sent = 0
  let accepted = 0
  let acknowledged = 0
  for (let round = 0; sent < inputs; round++) {
    const all = fc.sample(connection, { numRuns: chunk, seed: seed + round }).values()
    const sendRest = async () => {
      for (const { beginning, packets } of all) {
        if (sent >= inputs) return
        sent += packets.length
        const answers = await talk(city.mqttPort, beginning, packets)
        accepted += answers.accepted
        acknowledged += answers.acknowledged
      }
    }
    await Promise.all(Array.from({ length: atOnce }, sendRest))
    if (round % 5 !== 0 && sent < inputs) continue
    const broken = await fault()
    if (broken !== undefined) {
      faults.add(broken, { round, seed: seed + round })
      break
    }
  }
  if (inputs > 500 && (accepted === 0 || acknowledged === 0))
    faults.add('nothing was ever let in', { accepted, acknowledged })
  for (const line of city.output().split('\n')) {
    if (/The broker failed|broke the pipeline|uncaught|unhandled|internal fault/i.test(line)) faults.add(line, {})
  }
  return {
    target: 'mqtt-bytes',
    inputs: sent,
    crashes: faults.count,
    acknowledged: 0,
    found: 0,
    lost: 0,
    peakMegabytes: await stop(),
    faults: faults.faults
  }
}

/** One connection: it is over when the broker ends it, or after its last packet and a moment. */
function talk(
  port: number,
  beginning: { right: boolean; bytes: Buffer },
  packets: readonly Buffer[]
): Promise<{ accepted: number; acknowledged: number }> {
  return new Promise((resolve) => {
    const answers = { accepted: 0, acknowledged: 0 }
    // What is no right CONNECT comes from elsewhere, or it would throttle the right ones.
    const localAddress = beginning.right ? '127.0.0.1' : '127.0.0.2'
    const socket = connect({ host: '127.0.0.1', port, localAddress })
    const sendPackets = () => {
      for (const packet of packets) socket.write(packet)
      setTimeout(() => socket.destroy(), 15)
    }
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(answers))
    socket.on(
      'data',
      createPacketReader((kind, body) => {
        if (kind === 2 && body[1] === 0 && answers.accepted === 0) {
          answers.accepted++
          sendPackets()
        } else if (kind === 4) answers.acknowledged++
      })
    )
    socket.write(beginning.bytes)
    if (!beginning.right) sendPackets()
    else setTimeout(() => socket.destroy(), 5_000).unref()
  })
}

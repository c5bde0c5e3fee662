import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { createFaults, type FuzzTarget } from '../fuzz-target.ts'
import { anyFrame, helloFrame } from '../inputs/websocket-frames.ts'
import { type FuzzedCity, startFuzzedCity } from '../running-city.ts'

const framesOfOne = 12
const atOnce = 8
let nextAddress = 1

/** Frames of all kinds on the live WebSocket of an operator: it may end the connection, and nothing else happens. */
export const fuzzLive: FuzzTarget = async ({ inputs, seed, folder }) => {
  const faults = createFaults()
  const fuzzed = await startFuzzedCity(folder)
  for (const origin of ['http://evil.example', 'null', fuzzed.city.url.replace('127.0.0.1', 'localhost')]) {
    const { status, socket } = await openLive(fuzzed, origin)
    if (status !== 403) faults.add(`a page of ${origin} got ${status}`, {})
    socket.destroy()
  }
  const connections = fc.array(anyFrame, { minLength: framesOfOne, maxLength: framesOfOne })
  let sent = 0
  let snapshots = 0
  for (let round = 0; sent < inputs; round++) {
    const all = fc.sample(connections, { numRuns: atOnce * 4, seed: seed + round }).values()
    const sendRest = async () => {
      for (const frames of all) {
        if (sent >= inputs) return
        sent += frames.length
        const { status, socket, heard } = await openLive(fuzzed, fuzzed.city.url)
        if (status !== 101) faults.add(`the handshake was answered ${status}`, {})
        // Some say hello first, as they should.
        if (sent % (2 * framesOfOne) === 0) socket.write(helloFrame)
        for (const frame of frames) socket.write(frame)
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (heard().includes('"snapshot"')) snapshots++
        socket.destroy()
      }
    }
    await Promise.all(Array.from({ length: atOnce }, sendRest))
    if (round % 20 !== 0 && sent < inputs) continue
    const broken = await fuzzed.fault()
    if (broken !== undefined) {
      faults.add(broken, { round, seed: seed + round })
      break
    }
  }
  if (inputs > 500 && snapshots === 0) faults.add('no connection ever got a snapshot', {})
  for (const line of fuzzed.city.output().split('\n')) if (/failed|uncaught|unhandled/i.test(line)) faults.add(line, {})
  return {
    target: 'live',
    inputs: sent,
    crashes: faults.count,
    acknowledged: 0,
    found: 0,
    lost: 0,
    peakMegabytes: await fuzzed.stop(),
    faults: faults.faults
  }
}

async function openLive(
  { city, operator }: FuzzedCity,
  origin: string
): Promise<{ status: number; socket: Socket; heard(): string }> {
  const { hostname, port, host } = new URL(city.url)
  const socket = connect({ host: hostname, port: Number(port) })
  let text = ''
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('latin1')).slice(0, 100_000)
  })
  const lines = [
    'GET /api/live HTTP/1.1',
    `host: ${host}`,
    `origin: ${origin}`,
    `cookie: ${operator.cookie}`,
    // So that not one address makes all requests.
    `x-forwarded-for: 10.${nextAddress >> 16}.${(nextAddress >> 8) & 0xff}.${nextAddress++ & 0xff}`,
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=='
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await Promise.race([once(socket, 'data'), once(socket, 'close')])
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? 0), socket, heard: () => text }
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeviceRegister } from '@city-brain/model'
import { parse, stringify } from 'yaml'
import { deviceSecret } from '../city/device-secret.ts'
import { type OperatorSession, signInFirst } from '../city/operator-session.ts'
import { type RunningCity, startCity } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'
import { peakOf } from './memory-watch.ts'
import { exampleFeedTexts } from './pipeline-city.ts'
import { connectRawMqtt } from './raw-mqtt-client.ts'

export type FuzzedCity = {
  city: RunningCity
  operator: OperatorSession
  /** The secret of device `cab-1`. */
  secret: string
  /** What is wrong with the city, if anything: it ended, or it no longer takes a reading and answers. */
  fault(): Promise<string | undefined>
  /** Stops it; the most megabytes that it held. */
  stop(): Promise<number>
}

/** A whole city in a process of its own, with feeds and a gateway, an operator who is signed in, and a device with a secret. */
export async function startFuzzedCity(folder: string): Promise<FuzzedCity> {
  const path = join(folder, 'city')
  writeSmallCity(path, 3)
  const register = parse(readFileSync(join(path, 'devices.yaml'), 'utf8')) as DeviceRegister
  const gateways = [{ id: 'gateway', topics: ['lorawan/+/+/up', 'lists/+'], entityPrefix: 'bin-' }]
  writeFileSync(join(path, 'devices.yaml'), stringify({ ...register, gateways }))
  mkdirSync(join(path, 'feeds'))
  for (const [i, text] of exampleFeedTexts().entries()) writeFileSync(join(path, 'feeds', `${i}.yaml`), text)

  const city = await startCity({ city: path, data: join(folder, 'data') })
  const operator = await signInFirst(city)
  const secret = await deviceSecret(city.data, 'cab-1')
  const pid = city.process.pid as number
  let peak = 0
  let sequence = 0

  const witness = async (): Promise<string | undefined> => {
    if (city.process.exitCode !== null || city.process.signalCode !== null) return `the city ended:\n${city.output()}`
    peak = Math.max(peak, peakOf(pid))
    // From an address of its own, so that it is not throttled for what the fuzzer does.
    const client = await connectRawMqtt({
      port: city.mqttPort,
      device: 'cab-1',
      password: secret,
      localAddress: '127.0.0.9'
    })
    const reading = { id: 'det-1', dateObserved: new Date().toISOString(), intensity: sequence++ }
    const isStored = await client.publish('city/centre/traffic/cab-1/obs', Buffer.from(JSON.stringify(reading)))
    client.end()
    if (!isStored) return 'a good reading was not acknowledged'
    const { status } = await fetch(`${city.url}/api/health`)
    return status === 200 ? undefined : `health answers ${status}`
  }
  return {
    city,
    operator,
    secret,
    async fault() {
      const late = new Promise<string>((resolve) => {
        setTimeout(() => resolve('no answer within 30 s'), 30_000).unref()
      })
      return Promise.race([witness(), late]).catch((error: unknown) => String(error))
    },
    async stop() {
      peak = Math.max(peak, peakOf(pid))
      await city.stop()
      return peak
    }
  }
}

import mqtt from 'mqtt'
import { askCity } from '../control/control-client.ts'
import { controlPath } from '../control/control-path.ts'

export type Device = {
  secret: string
  /** Resolves when the city has acknowledged it. */
  publish(topic: string, payload: unknown): Promise<void>
  end(): Promise<void>
}

/** A device of a running city, with a new secret from the `city-brain` command's socket. */
export async function createDevice(city: { data: string; mqttPort: number }, id: string): Promise<Device> {
  const { secret } = await askCity(controlPath(city.data), 'device-secret', { device: id })
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
    clientId: id,
    username: id,
    password: secret,
    reconnectPeriod: 0
  })
  return {
    secret,
    async publish(topic, payload) {
      await client.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1 })
    },
    end: () => client.endAsync()
  }
}

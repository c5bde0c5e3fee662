import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'

export type Publisher = {
  client: MqttClient
  /** Payloads that the broker has acknowledged. */
  acknowledged: Set<string>
  /** QoS 1, without waiting; what is not acknowledged when the connection goes is sent again on the next one. */
  publish(topic: string, payload: string): void
  /** All that was published is acknowledged. */
  settled(): Promise<void>
  end(): Promise<void>
}

/** A device's client as there are many: it keeps what is not acknowledged and sends it again. */
export async function startPublisher(url: string, options: IClientOptions = {}): Promise<Publisher> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 100, ...options })
  client.on('error', () => undefined)
  const acknowledged = new Set<string>()
  const waiting = new Set<string>()
  return {
    client,
    acknowledged,
    publish(topic, payload) {
      waiting.add(payload)
      client.publish(topic, payload, { qos: 1 }, (error) => {
        waiting.delete(payload)
        if (!error) acknowledged.add(payload)
      })
    },
    async settled() {
      while (waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    },
    end: () => client.endAsync(true)
  }
}

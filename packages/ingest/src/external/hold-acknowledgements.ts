import type { MqttClient } from 'mqtt'

type SendPacket = (packet: { cmd: string; messageId?: number }, done?: () => void, ...rest: unknown[]) => void

export interface HeldAcknowledgements {
  /** A QoS 1 message has come. What is returned lets its PUBACK go, behind those of the messages before it [MQTT-4.6.0-2]. */
  hold(messageId: number): () => void
  /** The connection is gone: packet ids mean nothing to the next one, so nothing that is held may be sent there. */
  drop(): void
  readonly waiting: number
}

/**
 * Makes a client of mqtt.js acknowledge only what it is told to. mqtt.js acknowledges a message once `handleMessage` has
 * called back and reads the next one only then, so delaying the callback takes messages one at a time (175 a second with a
 * disk that takes 5 ms); `customHandleAcks` is ignored below MQTT 5. So its private `_sendPacket` is wrapped: a PUBACK that
 * mqtt.js wants to send is taken for sent, and leaves when its message is on disk. The version of mqtt.js is pinned, and a
 * test holds that its acknowledgements come this way.
 * @throws where this version of mqtt.js has no `_sendPacket`
 */
export function holdAcknowledgements(client: MqttClient): HeldAcknowledgements {
  const inner = client as unknown as { _sendPacket?: SendPacket }
  if (typeof inner._sendPacket !== 'function') {
    throw new Error('mqtt.js has no _sendPacket any more: acknowledgements cannot be held back with this version')
  }
  const send = inner._sendPacket.bind(client) as SendPacket
  inner._sendPacket = (packet, done, ...rest) => {
    if (packet.cmd === 'puback') done?.()
    else send(packet, done, ...rest)
  }

  /** In the order in which the messages came. */
  const held = new Set<{ messageId: number; released: boolean }>()
  const sendReleased = () => {
    for (const one of held) {
      if (!one.released) return
      held.delete(one)
      send({ cmd: 'puback', messageId: one.messageId })
    }
  }
  return {
    hold(messageId) {
      const one = { messageId, released: false }
      held.add(one)
      return () => {
        one.released = true
        sendReleased()
      }
    },
    drop: () => held.clear(),
    get waiting() {
      return held.size
    }
  }
}

import type { AedesOptions, Client, PublishPacket } from 'aedes'
import type { Directory } from '../directory/directory.ts'
import type { Intake } from '../intake/intake.ts'
import type { BrokerPolicy } from './broker-policy.ts'
import { certificateSubject } from './client-certificate.ts'
import { speakerOf } from './client-id.ts'
import type { Connections } from './connections.ts'
import type { MessageRate } from './message-rate.ts'

export type RateLimits = {
  /** Messages a second with the credentials of one device, and of one gateway; above it they are read more slowly. */
  maxDeviceRate: number
  maxGatewayRate: number
}

/** Devices and gateways: each says what its registration lets it say, and hears as little as that. */
export function createDevicePolicy({
  directory,
  connections,
  intake,
  authenticate,
  rateOf,
  limits
}: {
  directory: Directory
  connections: Connections
  intake: Intake
  authenticate: NonNullable<AedesOptions['authenticate']>
  rateOf: (speaker: string, perSecond: number) => MessageRate
  limits: RateLimits
}): BrokerPolicy {
  const maySubscribe = (clientId: string, filter: string) =>
    directory.speaker(speakerOf(clientId))?.maySubscribe(filter) ?? false
  return {
    owner(client, packet) {
      const subject = certificateSubject(client.conn)
      const named = subject === undefined ? packet.username : directory.certified(subject)?.id
      return named ?? ''
    },
    authenticate,
    rate(client) {
      const speaker = connections.speakerOf(client)
      if (speaker === undefined) return undefined
      return rateOf(speaker.id, speaker.kind === 'gateway' ? limits.maxGatewayRate : limits.maxDeviceRate)
    },
    maySubscribe,
    // A topic is the narrowest filter.
    mayHear: maySubscribe,
    receive(client, packet, settle) {
      const speaker = speakerBehind(client, packet)
      if (speaker === undefined) {
        settle(new Error('not authorised'))
        return false
      }
      const message = intake.receive(speaker, packet.topic, payloadOf(packet), settle)
      if (!message.route.heard || message.fault !== undefined || message.duplicate) return false
      // Only status is kept for those who subscribe later.
      if (message.route.channel !== 'status') packet.retain = false
      return true
    }
  }

  /** Of a will the client can be gone; the session store has written its id on the packet. */
  function speakerBehind(client: Client | null, packet: PublishPacket & { clientId?: string }) {
    return client ? connections.speakerOf(client) : directory.speaker(speakerOf(packet.clientId ?? ''))
  }
}

/** A will's payload is text where the client gave it as text. */
export function payloadOf({ payload }: PublishPacket): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload
}

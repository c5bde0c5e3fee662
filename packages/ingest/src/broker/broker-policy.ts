import type { AedesOptions, Client, ConnectPacket, PublishPacket } from 'aedes'
import type { MessageRate } from './message-rate.ts'

/** Who may come to a broker, and what becomes of what is said there: devices and gateways, or a conformance suite. */
export type BrokerPolicy = {
  /** The name that a client's sessions belong to, from what it says of itself before that is checked. */
  owner(client: Client, packet: ConnectPacket): string
  authenticate: NonNullable<AedesOptions['authenticate']>
  /** How fast whoever was let in may speak. */
  rate(client: Client): MessageRate | undefined
  /** Whether the client of this (bound) id may subscribe to the filter. */
  maySubscribe(clientId: string, filter: string): boolean
  /** Whether it may be sent what was published on this topic. */
  mayHear(clientId: string, topic: string): boolean
  /**
   * Takes a publish; `settle` is called when its fate is on disk, with an error where nothing may be acknowledged. The
   * client is null where it is gone and this is its will. Answers whether subscribers get the message too.
   */
  receive(client: Client | null, packet: PublishPacket, settle: (fault?: Error | null) => void): boolean
}

import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes'

type Published = (fault?: Error) => void

/**
 * aedes, with one difference: what clients publish ends in the journal and is handed to nobody, unless it was marked
 * before. aedes would look for subscribers of each reading and store what is flagged as retained, at a third of its cost
 * a message, while no subscription to readings is ever granted. What the city itself publishes goes its usual way.
 */
export class CityBroker extends Aedes {
  readonly #handedOn = new WeakSet<object>()

  constructor(options: AedesOptions) {
    super(options)
  }

  /** This publish of a client is for others too. */
  handOn(packet: PublishPacket): void {
    this.#handedOn.add(packet)
  }

  /** With a client where aedes calls it for one; the second argument is left out else. */
  override publish(packet: PublishPacket, clientOrDone: Client | null | Published, done?: Published): void {
    const client = typeof clientOrDone === 'function' ? null : clientOrDone
    if (client === null || this.#handedOn.has(packet)) {
      // The published type knows only the form for embedders.
      ;(super.publish as (...all: unknown[]) => void).call(this, packet, clientOrDone, done)
    } else done?.()
  }
}

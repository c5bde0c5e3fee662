/** Hands messages to devices. Delivery at the same id is repeated until the device's acknowledgement is in the journal or the command expires. */
export interface CommandOutlet {
  /** Publishes to the device's `cmd` topic, QoS 1. Resolves when the broker has taken it; false where the device is not connected. */
  send(device: string, payload: string): Promise<boolean>
}

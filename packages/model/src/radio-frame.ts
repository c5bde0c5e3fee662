/**
 * Frame counter of a radio device, on the entry of the message that bore it. Each frame that the device sends counts one
 * up, so a gap is a frame that never came.
 */
export type RadioFrame = {
  /** Id of the radio device, as the feed's `frame.device` yields it: with LoRaWAN its DevEUI or device id. */
  device: string
  counter: number
  /** Frames of this device that are missing so far, this one taken in. */
  lost: number
  /** How often the counter began anew so far: the device joined again or was restarted. */
  starts: number
  /** RFC 3339; absent where the entry's own `dateObserved` says it. */
  dateObserved?: string
}

import type { ReadingType } from '@city-brain/model'

/** A record that a feed made of a third party's payload: the vocabulary's form, or why it could not be made. */
export type MappedRecord =
  | { record: Record<string, unknown>; fault?: undefined }
  | { record?: undefined; fault: { path: string; message: string } }

/** The frame counter that a message bears, by the feed's `frame`. */
export type MappedFrame = {
  device: string
  counter: number
  /** When the frame was sent, milliseconds since 1970; NaN where only the records of the payload say it. */
  date: number
}

/** What a feed made of one message. */
export type Mapped = (
  | { kind: 'ignored' }
  | { kind: 'one'; record: MappedRecord }
  /** `index` is the record's place in the payload's list: those that `when` passes over leave gaps. */
  | { kind: 'several'; records: { index: number; record: MappedRecord }[] }
  | { kind: 'fault'; path: string; message: string }
) & { frame?: MappedFrame }

/** A file of `feeds/`, checked and ready to run. */
export interface CompiledFeed {
  readonly name: string
  /** MQTT topic filter of the messages that it maps. */
  readonly topic: string
  readonly type: ReadingType
  /** Never throws. `receivedAt` is RFC 3339. */
  map(payload: unknown, topic: readonly string[], receivedAt: string): Mapped
}

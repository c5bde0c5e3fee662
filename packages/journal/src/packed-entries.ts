/**
 * Entries on their way between the threads: one array of numbers and one text, because cloning an object for each
 * entry costs more than writing it. The text of an entry is entity, source, id and payload (JSON), one after the other.
 */
export type PackedEntries = { count: number; numbers: Float64Array; text: string }

/** Numbers of one entry, in this order. A fingerprint, or the length of an id, that is absent is -1. */
export const field = {
  offset: 0,
  kind: 1,
  receivedAt: 2,
  fingerprint: 3,
  entityLength: 4,
  sourceLength: 5,
  idLength: 6,
  payloadLength: 7
} as const
export const fieldCount = 8

/** Gathers entries, for either way. */
export class EntryPacker {
  count = 0
  #numbers = new Float64Array(64 * fieldCount)
  #text = ''

  put(
    offset: number,
    kind: number,
    receivedAt: number,
    fingerprint: number,
    entity: string,
    source: string,
    id: string | undefined,
    payload: string
  ): void {
    const at = this.count * fieldCount
    if (at === this.#numbers.length) {
      const grown = new Float64Array(at * 2)
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    const numbers = this.#numbers
    numbers[at + field.offset] = offset
    numbers[at + field.kind] = kind
    numbers[at + field.receivedAt] = receivedAt
    numbers[at + field.fingerprint] = fingerprint
    numbers[at + field.entityLength] = entity.length
    numbers[at + field.sourceLength] = source.length
    numbers[at + field.idLength] = id === undefined ? -1 : id.length
    numbers[at + field.payloadLength] = payload.length
    this.#text += id === undefined ? entity + source + payload : entity + source + id + payload
    this.count++
  }

  mark(): { count: number; text: string } {
    return { count: this.count, text: this.#text }
  }

  /** Forgets what was added after the mark. */
  rollback(mark: { count: number; text: string }): void {
    this.count = mark.count
    this.#text = mark.text
  }

  /** What was gathered; the packer is empty afterwards. */
  take(): PackedEntries {
    const packed = { count: this.count, numbers: this.#numbers.slice(0, this.count * fieldCount), text: this.#text }
    this.count = 0
    this.#text = ''
    return packed
  }
}

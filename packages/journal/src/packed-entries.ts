import { type Draft, type Entry, type EntryKind, entryKinds } from '@city-brain/model'
import { JournalError } from './journal-error.ts'

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

const kindIndexes = new Map<string, number>(entryKinds.map((kind, index) => [kind, index]))

/** A kind's number in the file. */
export function kindIndexOf(kind: string): number {
  const index = kindIndexes.get(kind)
  if (index === undefined) throw new JournalError('invalid', `"${kind}" is no kind of entry`)
  return index
}

/** Gathers drafts; each payload is serialised once, here. */
export class EntryPacker {
  count = 0
  #numbers = new Float64Array(64 * fieldCount)
  #text = ''

  add(draft: Draft, receivedAt: number): void {
    const { entity, source, id, fingerprint } = draft
    const kind = kindIndexOf(draft.kind)
    const payload = JSON.stringify(draft.payload)
    if (payload === undefined)
      throw new JournalError('invalid', `The payload of a ${draft.kind} entry is no JSON value`)
    checkName('entity', entity)
    checkName('source', source)
    if (id !== undefined) checkName('id', id)
    if (!Number.isFinite(receivedAt)) throw new JournalError('invalid', `receivedAt is no time: ${receivedAt}`)
    if (fingerprint !== undefined && !(Number.isSafeInteger(fingerprint) && fingerprint >= 0)) {
      throw new JournalError('invalid', `A fingerprint is an integer of at most 52 bits, not ${fingerprint}`)
    }
    this.put(0, kind, receivedAt, fingerprint ?? -1, entity, source, id, payload)
  }

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

/** SQLite ends a bound text at a NUL character: such a name would come back shortened. */
function checkName(what: string, value: unknown): void {
  if (typeof value !== 'string') throw new JournalError('invalid', `The ${what} of an entry must be text`)
  if (value.includes('\0')) throw new JournalError('invalid', `The ${what} of an entry has a NUL character`)
}

export function unpackEntries<K extends EntryKind>(packed: PackedEntries): Entry<K>[] {
  const { count, numbers, text } = packed
  const entries: unknown[] = new Array(count)
  let from = 0
  const take = (length: number) => {
    const part = text.slice(from, from + length)
    from += length
    return part
  }
  for (let i = 0; i < count; i++) {
    const at = i * fieldCount
    const number = (index: number) => numbers[at + index] as number
    const entity = take(number(field.entityLength))
    const source = take(number(field.sourceLength))
    from += Math.max(0, number(field.idLength))
    const payload = JSON.parse(take(number(field.payloadLength)))
    const fingerprint = number(field.fingerprint)
    const entry = {
      kind: entryKinds[number(field.kind)],
      entity,
      payload,
      offset: number(field.offset),
      receivedAt: number(field.receivedAt),
      source
    }
    entries[i] = fingerprint < 0 ? entry : { ...entry, fingerprint }
  }
  return entries as Entry<K>[]
}

import { type Draft, type Entry, type EntryKind, entryKinds } from '@city-brain/model'
import { JournalError } from './journal-error.ts'
import { type EntryPacker, field, fieldCount, type PackedEntries } from './packed-entries.ts'

const kindIndexes = new Map<string, number>(entryKinds.map((kind, index) => [kind, index]))

/** A kind's number in the file. */
export function kindIndexOf(kind: string): number {
  const index = kindIndexes.get(kind)
  if (index === undefined) throw new JournalError('invalid', `"${kind}" is no kind of entry`)
  return index
}

/** Adds a draft; its payload is serialised here, once. Throws `invalid` where it could not be kept as it is. */
export function packDraft(packer: EntryPacker, draft: Draft, receivedAt: number): void {
  const { entity, source, id, fingerprint } = draft
  const kind = kindIndexOf(draft.kind)
  const payload = JSON.stringify(draft.payload)
  if (payload === undefined) throw new JournalError('invalid', `The payload of a ${draft.kind} entry is no JSON value`)
  checkName('entity', entity)
  checkName('source', source)
  if (id !== undefined) checkName('id', id)
  if (!Number.isFinite(receivedAt)) throw new JournalError('invalid', `receivedAt is no time: ${receivedAt}`)
  if (fingerprint !== undefined && !(Number.isSafeInteger(fingerprint) && fingerprint >= 0)) {
    throw new JournalError('invalid', `A fingerprint is an integer of at most 52 bits, not ${fingerprint}`)
  }
  packer.put(0, kind, receivedAt, fingerprint ?? -1, entity, source, id, payload)
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
    entries[i] = {
      kind: entryKinds[number(field.kind)],
      entity,
      payload,
      offset: number(field.offset),
      receivedAt: number(field.receivedAt),
      source,
      fingerprint: fingerprint < 0 ? undefined : fingerprint
    }
  }
  return entries as Entry<K>[]
}

import { type Draft, type Entry, type EntryKind, entryKinds } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packDraft, unpackEntries } from './pack-drafts.ts'
import { EntryPacker } from './packed-entries.ts'
import { useJournalFolder } from './testing/journal-folder.ts'

const folder = useJournalFolder()

/** Any text but NUL, which is refused; lone surrogates are no text and come back as U+FFFD. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\0'))
/** What JSON can say: no -0, which comes back as 0. */
const payload = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)
const draft = fc.record(
  {
    kind: fc.constantFrom(...entryKinds),
    entity: text,
    source: text,
    payload,
    receivedAt: fc.integer({ min: 0, max: 8.64e15 }),
    // Few, so that they meet.
    id: fc.constantFrom('a', 'b/1', 'c', '停', '', 'long'.repeat(20)),
    fingerprint: fc.integer({ min: 0, max: 2 ** 52 })
  },
  { requiredKeys: ['kind', 'entity', 'source', 'payload', 'receivedAt'] }
) as unknown as fc.Arbitrary<Draft>

/** Nothing is cut, however old it says it is. */
const limits = { readingDays: 36_500, auditDays: 36_500 }

const entryOf = ({ id: _, ...rest }: Draft, offset: number) => ({ ...rest, offset }) as unknown as Entry

test('packing and unpacking changes nothing', () => {
  fc.assert(
    fc.property(fc.array(draft, { maxLength: 200 }), (drafts) => {
      const packer = new EntryPacker()
      for (const one of drafts) packDraft(packer, one, one.receivedAt ?? 0)
      const entries = unpackEntries(packer.take())
      expect(entries).toEqual(drafts.map((one) => entryOf(one, 0)))
      expect(packer.take().count).toBe(0)
    })
  )
})

type Step =
  | { append: Draft[]; duplicates: number }
  | { read: { after: number; limit: number; kinds?: EntryKind[] } }
  | 'reopen'
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ append: fc.array(draft, { maxLength: 60 }), duplicates: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      read: fc.record(
        {
          after: fc.nat(300),
          limit: fc.integer({ min: 1, max: 700 }),
          kinds: fc.uniqueArray(fc.constantFrom(...entryKinds), { minLength: 1, maxLength: 4 })
        },
        { requiredKeys: ['after', 'limit'] }
      )
    })
  },
  { weight: 1, arbitrary: fc.constant('reopen' as const) }
)

test('any appends at once, with ids that repeat, reads and restarts: the journal is what a list would be', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const model: Entry[] = []
      const ids = new Set<string>()
      let duplicates = 0
      const path = `${folder.path()}/${Math.random()}`
      let journal = await folder.open({ folder: path, limits })
      let tailed: Entry[] = []
      let tailedFrom = 0
      journal.tail((entries) => tailed.push(...entries))
      const waiting: Promise<void>[] = []

      const append = (drafts: Draft[], tally: number) => {
        // The model moves on at the call: commits keep the order of the calls.
        const expected = drafts.map((one) => {
          if (one.id !== undefined && ids.has(one.id)) return undefined
          if (one.id !== undefined) ids.add(one.id)
          model.push(entryOf(one, model.length + 1))
          return model.length
        })
        duplicates += tally
        waiting.push(
          journal.append(drafts, { tally: { duplicate: tally } }).then(({ offsets, head }) => {
            expect(offsets).toEqual(expected)
            expect(head).toBeGreaterThanOrEqual(expected.findLast((offset) => offset !== undefined) ?? 0)
          })
        )
      }
      const settle = async () => {
        await Promise.all(waiting.splice(0))
        expect(journal.head).toBe(model.length)
        expect(journal.tally()).toEqual({ accepted: 0, rejected: 0, duplicate: duplicates })
        expect(tailed).toEqual(model.slice(tailedFrom))
      }

      for (const action of steps) {
        if (action === 'reopen') {
          await settle()
          const { epoch } = journal
          await journal.close()
          journal = await folder.open({ folder: path, limits })
          expect(journal.epoch).toBe(epoch)
          expect(journal.head).toBe(model.length)
          tailed = []
          tailedFrom = model.length
          journal.tail((entries) => tailed.push(...entries))
        } else if ('append' in action) append(action.append, action.duplicates)
        else {
          await settle()
          const { limit, kinds } = action.read
          const after = Math.min(action.read.after, model.length)
          const wanted = model.filter(({ offset, kind }) => offset > after && (kinds?.includes(kind) ?? true))
          expect(await journal.read(after, limit, kinds)).toEqual(wanted.slice(0, limit))
          if (kinds) {
            const back = model.filter(({ kind }) => kinds.includes(kind)).reverse()
            expect(await journal.readBack({ kinds, limit })).toEqual(back.slice(0, limit))
            const entity = back[0]?.entity
            if (entity !== undefined) {
              expect(await journal.readBack({ kinds, entity, before: model.length, limit })).toEqual(
                back.filter((entry) => entry.entity === entity && entry.offset < model.length).slice(0, limit)
              )
            }
          }
        }
      }
      await settle()
      expect(await journal.read(0, 10_000)).toEqual(model)
      await journal.close()
    }),
    { numRuns: 25 }
  )
}, 120_000)

import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { outcome, reading } from '../testing/drafts.ts'
import { useJournalFolder } from '../testing/journal-folder.ts'
import { checkJournal } from './check-journal.ts'
import { copyJournal } from './copy-journal.ts'
import { renewEpoch } from './renew-epoch.ts'

const root = useJournalFolder()
const folder = () => join(root.path(), 'journal')
const copy = () => join(root.path(), 'copy')

test('a copy of a journal that goes on stands at one offset, and is put back under a new epoch', async () => {
  const journal = await root.open({ folder: folder() })
  await journal.append([reading(1), outcome('a'), reading(2)], { tally: { accepted: 2 } })
  await journal.saveSnapshot('v', 3, { format: 1, n: 3 })
  await journal.saveSnapshot('command-delivery', 3, { version: 1 })
  const made = copyJournal({ folder: folder(), to: copy() })
  await journal.append([reading(3)], { tally: { accepted: 1 } })
  expect(made).toMatchObject({ epoch: journal.epoch, head: 3, entries: 3 })

  const { epoch, earlier } = renewEpoch({ folder: copy(), outlets: ['command-delivery'] })
  expect(earlier).toEqual({ epoch: journal.epoch, through: 3 })
  const restored = await root.open({ folder: copy() })
  expect(restored.epoch).toBe(epoch)
  expect(restored.epoch).not.toBe(journal.epoch)
  expect(await restored.read(0, 10)).toEqual((await journal.read(0, 10)).slice(0, 3))
  expect(restored.tally()).toMatchObject({ accepted: 2 })
  expect(await restored.snapshot('v')).toEqual({ epoch, offset: 3, state: { format: 1, n: 3 } })
  await expect(restored.snapshot('command-delivery')).rejects.toMatchObject({ code: 'other-epoch' })
  // An outcome that it has is still recognised.
  expect((await restored.append([outcome('a'), reading(4)])).offsets).toEqual([undefined, 4])
  await restored.close()
  expect(checkJournal({ folder: copy() })).toMatchObject({ clean: true, epoch, earlier: [earlier] })
})

test('of a damaged journal no copy is made, and the damage is named', async () => {
  const journal = await root.open({ folder: folder() })
  await journal.append([1, 2, 3, 4].map((n) => reading(n)))
  await journal.close()
  const database = new DatabaseSync(join(folder(), 'journal.db'))
  database.exec("UPDATE entry SET payload = '{}' WHERE offset = 2")
  database.close()
  expect(() => copyJournal({ folder: folder(), to: copy() })).toThrow('Entries 2 to 2 are damaged')
})

test('readings that retention has cut and that the copy of the history does not have are noticed', async () => {
  const journal = await root.open({ folder: folder(), rhythm: 10, limits: { readingDays: 0, viewGrace: 0 } })
  await journal.append(Array.from({ length: 50 }, (_, n) => reading(n, { receivedAt: 1 })))
  await journal.append([outcome('a')])
  await journal.saveSnapshot('history', 51, { format: 1, checkpoint: 50 })
  await expect.poll(() => journal.health().oldest).toBe(51)
  const make = (offset: number, to: string) =>
    copyJournal({ folder: folder(), to: join(copy(), to), history: { offset } })
  expect(() => make(20, 'a')).toThrow(/Retention has cut up to \d+ while the history was copied, which stands at 20/)
  expect(make(50, 'b').entries).toBe(1)
})

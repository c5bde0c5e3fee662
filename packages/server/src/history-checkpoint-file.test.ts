import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createHistoryCheckpointFile } from './history-checkpoint-file.ts'
import { temporaryFolder } from './testing/tiny-city.ts'

const checkpoint = { epoch: 'e', offset: 7, stored: 5, refused: 1 }

test('each server and bucket has a checkpoint of its own, which outlives the process', async () => {
  const folder = temporaryFolder()
  const history = join(folder.path, 'history')
  const one = { url: 'http://db:8086', bucket: 'city' }
  expect(await createHistoryCheckpointFile(history, one).load()).toBeUndefined()
  await createHistoryCheckpointFile(history, one).save(checkpoint)
  await createHistoryCheckpointFile(history, one).save({ ...checkpoint, offset: 8 })
  expect(await createHistoryCheckpointFile(history, one).load()).toEqual({ ...checkpoint, offset: 8 })
  for (const other of [
    { ...one, bucket: 'town' },
    { ...one, url: 'http://db2:8086' },
    { ...one, organisation: 'o' }
  ]) {
    expect(await createHistoryCheckpointFile(history, other).load()).toBeUndefined()
  }
  const [file, ...more] = readdirSync(history)
  expect(more).toEqual([])
  writeFileSync(join(history, file ?? ''), 'half a che')
  await expect(createHistoryCheckpointFile(history, one).load()).rejects.toThrow(/influx-\w+\.json cannot be read/)
  folder.remove()
})

test('a file of a newer format is refused with a line that says so', async () => {
  const folder = temporaryFolder()
  const file = createHistoryCheckpointFile(folder.path, { url: 'http://db:8086', bucket: 'city' })
  await file.save(checkpoint)
  const name = join(folder.path, readdirSync(folder.path)[0] ?? '')
  const text = readFileSync(name, 'utf8')
  writeFileSync(name, text.replace('"format":1', '"format":2'))
  await expect(file.load()).rejects.toThrow('was written by a newer version of city-brain (format 2)')
  // One from before the format was kept.
  writeFileSync(name, text.replace('"format":1,', ''))
  expect(await file.load()).toEqual(checkpoint)
  folder.remove()
})

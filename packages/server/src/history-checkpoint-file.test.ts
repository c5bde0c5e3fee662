import { readdirSync, writeFileSync } from 'node:fs'
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

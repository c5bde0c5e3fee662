import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { prepareDataFolder } from './data-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'city-brain-folder-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('is made with those above it, for its owner alone', async () => {
  const made = await prepareDataFolder(join(folder, 'a', 'b'))
  expect(statSync(made).mode & 0o777).toBe(0o700)
  expect(await prepareDataFolder(made)).toBe(made)
})

test('where a file stands in the way, it is said', async () => {
  writeFileSync(join(folder, 'file'), '')
  await expect(prepareDataFolder(join(folder, 'file'))).rejects.toThrow('there is a file of that name')
  await expect(prepareDataFolder(join(folder, 'file', 'below'))).rejects.toThrow('a part of the path is a file')
})

test.skipIf(process.platform !== 'linux')(
  'a file system that takes nothing is told from one that takes long',
  async () => {
    await expect(prepareDataFolder('/proc/city/data')).rejects.toThrow('cannot be used: nothing can be made there')
  }
)

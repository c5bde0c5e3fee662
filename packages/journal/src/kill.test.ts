import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { useJournalFolder } from './testing/journal-folder.ts'

const folder = useJournalFolder()
const appender = fileURLToPath(new URL('./testing/appender.ts', import.meta.url))

/** What the process had been told was stored when it was killed. */
async function runAndKill(acknowledgements: number): Promise<{ offset: number; entity: string }[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', appender, folder.path()], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let text = ''
  let lines = 0
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    lines += chunk.split('\n').length - 1
    if (lines >= acknowledgements) child.kill('SIGKILL')
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
  // The last line may be half a line.
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const { offsets, entities } = JSON.parse(line) as { offsets: number[]; entities: string[] }
      return offsets.map((offset, index) => ({ offset, entity: entities[index] as string }))
    })
}

test('kill -9 under load, five times in a row, loses nothing that was acknowledged', async () => {
  const acknowledged: { offset: number; entity: string }[] = []
  for (let run = 0; run < 5; run++) {
    const before = acknowledged.length
    acknowledged.push(...(await runAndKill(300 + 200 * run)))
    expect(acknowledged.length).toBeGreaterThan(before)
    const journal = await folder.open()
    const entries = await journal.read(0, 1_000_000)
    expect(entries.map(({ offset }) => offset)).toEqual(entries.map((_, index) => index + 1))
    const lost = acknowledged.filter(({ offset, entity }) => entries[offset - 1]?.entity !== entity)
    expect(lost).toEqual([])
    // Totals are of the same transactions: exactly the readings and outcomes that are there.
    expect(journal.tally().accepted).toBe(entries.filter(({ source }) => source !== 'system').length)
    expect(folder.logged).toEqual([])
    await journal.close()
  }
}, 120_000)

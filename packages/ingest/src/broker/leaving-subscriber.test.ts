import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const load = fileURLToPath(new URL('../testing/leaving-subscriber-load.ts', import.meta.url))

/** Runs the load against a broker in a process of its own: its exit code and what it said. */
function run(broker: 'bare' | 'ours'): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', load, broker],
      { timeout: 60_000, maxBuffer: 10_000_000 },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, output: `${out}${err}` })
    )
  })
}

test('a subscriber that leaves under load ends aedes as it comes, and not the city’s broker', {
  timeout: 130_000
}, async () => {
  const bare = await run('bare')
  expect(bare.output).toContain('RangeError: Maximum call stack size exceeded')
  expect(bare.output).not.toContain('survived')
  expect(bare.code).not.toBe(0)

  const ours = await run('ours')
  expect(ours.code).toBe(0)
  // Those who publish were not held up by it either: all had come before it left.
  expect(ours.output).toContain('leaves after 60000 messages')
  expect(ours.output).toContain('A subscriber does not read; its connection is closed')
  expect(ours.output).toContain('survived with 60000 messages')
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** A process of its own, so that its memory and what ends it are its own. The seed is new each time, and printed. */
test('twenty thousand malformed inputs: none crashes, none is acknowledged and lost, memory is bounded', {
  timeout: 300_000
}, async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'test/fuzz/run.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const [code] = (await once(child, 'exit')) as [number | null]
  expect(code, output).toBe(0)
  const { fuzz } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as {
    fuzz: { target: string; inputs: number; crashes: number; acknowledged: number; found: number; lost: number }[]
  }
  expect(fuzz.map(({ target }) => target)).toEqual([
    'pipeline',
    'topics',
    'feeds',
    'city-files',
    'http-api',
    'live',
    'mqtt-bytes'
  ])
  expect(fuzz.reduce((sum, { inputs }) => sum + inputs, 0)).toBeGreaterThan(20_000)
  expect(fuzz.every(({ crashes, lost }) => crashes === 0 && lost === 0)).toBe(true)
  const [pipeline] = fuzz
  expect(pipeline?.acknowledged).toBeGreaterThan(3_000)
  expect(pipeline?.found).toBe(pipeline?.acknowledged)
})

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { createBackfillMark } from './backfill-mark.ts'
import { type Simulation, startSimulation } from './simulation.ts'

const main = join(import.meta.dirname, '../testing/stand-in-simulator.ts')
let simulation: Simulation | undefined
afterEach(() => simulation?.stop())

function start(secrets: Record<string, string>, backfill?: { hours: number; done: () => void }) {
  const lines: string[] = []
  simulation = startSimulation({
    main,
    city: '/city',
    mqttUrl: 'mqtt://127.0.0.1:1',
    secrets,
    ...(backfill ? { backfillHours: backfill.hours, onBackfillDone: backfill.done } : {}),
    log: (level, message, detail) => void lines.push(`${level} ${message} ${JSON.stringify(detail ?? {})}`),
    retry: { first: 10, longest: 20 }
  })
  const started = () => lines.flatMap((line) => /started (\d+) (.*) \{\}/.exec(line)?.slice(1, 3) ?? [])
  return { lines, started }
}
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('gives the secrets on standard input, and ends with stop', async () => {
  const { lines, started } = start({ 'bin-1': 'a-secret' })
  await eventually(() => expect(lines.join('\n')).toContain('secrets bin-1'))
  expect(started()[1]).toBe('--city /city --mqtt-url mqtt://127.0.0.1:1')
  expect(lines.join('\n')).not.toContain('a-secret')
  expect(simulation?.isRunning()).toBe(true)
  await simulation?.stop()
  expect(isAlive(Number(started()[0]))).toBe(false)
})

test('starts it again when it dies, says so, and asks for the past only until it is there', async () => {
  let done = 0
  const { lines, started } = start({ order: 'die' }, { hours: 24, done: () => done++ })
  await eventually(() => expect(started().length).toBeGreaterThanOrEqual(6))
  expect(
    started()
      .filter((_, index) => index % 2 === 1)
      .slice(0, 3)
  ).toEqual([
    '--city /city --mqtt-url mqtt://127.0.0.1:1 --backfill-hours 24',
    '--city /city --mqtt-url mqtt://127.0.0.1:1',
    '--city /city --mqtt-url mqtt://127.0.0.1:1'
  ])
  expect(done).toBe(1)
  expect(lines.join('\n')).toContain('warn The simulation has ended and is started again {"code":3')
  expect(simulation?.deaths()).toBeGreaterThanOrEqual(2)
})

test('it does not outlive a parent that is killed', async () => {
  const program = `
    import { startSimulation } from ${JSON.stringify(join(import.meta.dirname, 'simulation.ts'))}
    const options = { main: ${JSON.stringify(main)}, city: '/city', mqttUrl: 'mqtt://127.0.0.1:1', secrets: {} }
    startSimulation({ ...options, log: (level, message) => console.log(message) })
  `
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program])
  let out = ''
  parent.stdout.on('data', (chunk) => {
    out += chunk
  })
  await eventually(() => expect(out).toContain('started'))
  const pid = Number(/started (\d+)/.exec(out)?.[1])
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await eventually(() => expect(isAlive(pid)).toBe(false))
})

test('that the past was brought is remembered in the data folder', () => {
  const folder = temporaryFolder()
  expect(createBackfillMark(folder.path).isDone()).toBe(false)
  createBackfillMark(folder.path).set()
  expect(createBackfillMark(folder.path).isDone()).toBe(true)
  folder.remove()
})

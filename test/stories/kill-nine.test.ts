import { expect, test } from 'vitest'
import { descendants, isRunning } from '../city/processes.ts'
import { startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { killNine } from '../faults/kill-nine.ts'
import { runFault } from '../faults/run-fault.ts'

test('kill -9 under load, while it starts and while it stops: what was acknowledged is there once, and nothing else is left running', async () => {
  const { failures, result } = await runFault(killNine, { short: true, mayMount: true })
  expect(failures).toEqual([])
  expect(result).toMatchObject({ lost: 0, doubled: 0 })
  expect(result?.acknowledged).toBeGreaterThan(500)
}, 240_000)

test('what a city with its simulation started is gone soon after its kill -9', async () => {
  const data = temporaryFolder()
  try {
    const city = await startCity({ data: data.path, simulate: true })
    const started = await waitFor(() => {
      const children = descendants(city.process.pid as number)
      return children.length > 0 ? children : undefined
    }, 30_000)
    await city.kill()
    await waitFor(() => !started.some(isRunning), 5_000)
  } finally {
    data.remove()
  }
})

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { askCity, NoCityRuns } from './control-client.ts'
import { controlPath } from './control-path.ts'
import { startControlServer } from './control-server.ts'

const handlers = { health: async () => ({ status: 'ok' }) } as never

test('the socket lies in the data folder', () => {
  expect(controlPath('/var/lib/city')).toBe('/var/lib/city/control.sock')
})

test('a data folder whose path is too long for a socket has it elsewhere, and both sides find it', async () => {
  const folder = join('/var/lib', 'a-very-long-name/'.repeat(8))
  const path = controlPath(folder)
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103)
  expect(path).not.toBe(controlPath(`${folder}x`))
  const server = await startControlServer({ path, handlers, log: () => undefined })
  expect(await askCity(path, 'health', {})).toEqual({ status: 'ok' })
  await server.close()
  await expect(askCity(path, 'health', {})).rejects.toThrow(NoCityRuns)
})

test('a socket that a killed city left is replaced', async () => {
  const folder = temporaryFolder()
  const path = controlPath(folder.path)
  const left = await startControlServer({ path, handlers, log: () => undefined })
  const next = await startControlServer({ path, handlers, log: () => undefined })
  expect(await askCity(path, 'health', {})).toEqual({ status: 'ok' })
  await next.close()
  rmSync(path, { force: true })
  await left.close()
  folder.remove()
})

test('what the city cannot do is told in words', async () => {
  const folder = temporaryFolder()
  const path = controlPath(folder.path)
  const failing = { health: () => Promise.reject(new Error('no')) } as never
  const lines: string[] = []
  const server = await startControlServer({
    path,
    handlers: failing,
    log: (_level, message) => void lines.push(message)
  })
  await expect(askCity(path, 'health', {})).rejects.toThrow('The city could not do that: no')
  expect(lines).toEqual(['A request on the control socket failed'])
  await expect(askCity(path, 'dead-letters', {})).rejects.toThrow('This city knows no request dead-letters.')
  await server.close()
  folder.remove()
})

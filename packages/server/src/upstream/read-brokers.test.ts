import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CityFile, DeviceRegister, UpstreamBroker } from '@city-brain/model'
import { expect, test } from 'vitest'
import { readEnvironment } from '../environment.ts'
import { StartFault } from '../start-fault.ts'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { readBrokers } from './read-brokers.ts'

const url = 'mqtts://127.0.0.1:8883'
const read = (external: UpstreamBroker | undefined, register: DeviceRegister = {}, folder = '/nowhere') => {
  const file = { id: 'linden', ...(external && { broker: { external } }) } as CityFile
  return readBrokers({ folder, file, register, environment: readEnvironment({ SECRET: 'of the city', EMPTY: '' }) })
}

test('passwords come from the environment, authorities from files, sessions have names of their own', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder.path, 'authority.pem'), 'PEM')
  const external = { url, username: 'city', passwordVariable: 'SECRET', authority: 'authority.pem' }
  const lora = { id: 'lora', topics: ['lora/up'] }
  const register = {
    gateways: [
      { ...lora, broker: { url } },
      { id: 'watch', topics: ['watch/out'] }
    ]
  }
  expect(await read(external, register, folder.path)).toEqual({
    external: {
      name: 'external-broker',
      url,
      clientId: 'city-brain-linden',
      username: 'city',
      password: 'of the city',
      authority: 'PEM'
    },
    gateways: [
      { ...lora, broker: { name: 'lora', url, clientId: 'city-brain-linden-lora' } },
      { id: 'watch', topics: ['watch/out'] }
    ]
  })
  folder.remove()
})

test.each([
  [{ passwordVariable: 'MISSING' }, 'The broker takes its password from MISSING, which is not set.'],
  [{ passwordVariable: 'EMPTY' }, 'The broker takes its password from EMPTY, which is not set.'],
  [{ authority: 'none.pem' }, 'The broker is checked with /nowhere/none.pem, which cannot be read (ENOENT).']
])('%j that is not there ends the start', async (given, message) => {
  const fault = await read({ url, ...given }).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(StartFault)
  expect((fault as Error).message).toBe(message)
})

test('a gateway’s fault names the gateway', async () => {
  const broker = { url, passwordVariable: 'MISSING' }
  await expect(read(undefined, { gateways: [{ id: 'lora', topics: ['lora/up'], broker }] })).rejects.toThrow(
    'The broker of gateway lora takes its password from MISSING'
  )
})

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Brokers, UpstreamSettings } from '@city-brain/ingest'
import type { CityFile, DeviceRegister, UpstreamBroker } from '@city-brain/model'
import type { Environment } from '../environment.ts'
import { StartFault } from '../start-fault.ts'

/** In dead letters, in health and in the log; no device may be registered under it. */
export const externalBrokerName = 'external-broker'

/** The name of the persistent session at a broker, where the city's files do not say another. */
export function sessionName(city: string, gateway?: string): string {
  return gateway === undefined ? `city-brain-${city}` : `city-brain-${city}-${gateway}`
}

/**
 * The brokers of the city's files, with their passwords from the environment and their authorities from files.
 * @throws StartFault where a variable that is named is not set, or a file cannot be read
 */
export async function readBrokers({
  folder,
  file,
  register,
  environment
}: {
  folder: string
  file: CityFile
  register: DeviceRegister
  environment: Environment
}): Promise<Brokers> {
  const read = async (where: string, name: string, clientId: string, broker: UpstreamBroker) => {
    const settings: UpstreamSettings = { name, url: broker.url, clientId: broker.clientId ?? clientId }
    if (broker.username !== undefined) settings.username = broker.username
    if (broker.passwordVariable !== undefined) {
      const password = environment.secret?.(broker.passwordVariable)
      if (password === undefined) {
        throw new StartFault(`${where} takes its password from ${broker.passwordVariable}, which is not set.`)
      }
      settings.password = password
    }
    if (broker.authority !== undefined) {
      settings.authority = await readAuthority(where, resolve(folder, broker.authority))
    }
    return settings
  }

  const { external } = file.broker ?? {}
  const gateways = await Promise.all(
    (register.gateways ?? []).map(async ({ id, topics, broker }) => ({
      id,
      topics,
      ...(broker && { broker: await read(`The broker of gateway ${id}`, id, sessionName(file.id, id), broker) })
    }))
  )
  return {
    ...(external && { external: await read('The broker', externalBrokerName, sessionName(file.id), external) }),
    gateways
  }
}

async function readAuthority(where: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new StartFault(`${where} is checked with ${path}, which cannot be read (${code}).`)
  }
}

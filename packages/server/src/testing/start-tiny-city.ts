import { join } from 'node:path'
import { systemClock } from '@city-brain/model'
import { composeCity, type RunningCity } from '../compose.ts'
import type { Environment } from '../environment.ts'
import type { Options } from '../options.ts'
import { temporaryFolder, tinyCity } from './tiny-city.ts'

export type TestCity = RunningCity & {
  url: string
  data: string
  lines: string[]
  /** Stops it and removes its data. */
  end(): Promise<void>
}

const nowhere = join(import.meta.dirname, 'there-are-no-simulators.ts')

/** A whole city on free ports, its data in a temporary folder (or in one that is there already). */
export async function startTinyCity(
  given: Partial<Options> & { pages?: string; simulators?: string; influx?: Environment['influx'] } = {}
): Promise<TestCity> {
  const { pages, simulators = nowhere, influx = {}, ...options } = given
  const folder = given.data === undefined ? temporaryFolder() : undefined
  const data = given.data ?? folder?.path ?? ''
  const lines: string[] = []
  try {
    const city = await composeCity({
      options: {
        city: tinyCity,
        data,
        host: '127.0.0.1',
        port: 0,
        mqttPort: 0,
        simulate: false,
        history: 'duckdb',
        ...options
      },
      environment: { influx },
      clock: systemClock,
      log: (level, message, detail) => void lines.push(`${level} ${message} ${JSON.stringify(detail ?? {})}`),
      version: '0.0.0-test',
      simulators,
      ...(pages === undefined ? {} : { pages })
    })
    return {
      ...city,
      url: `http://127.0.0.1:${city.httpPort}`,
      data,
      lines,
      async end() {
        await city.stop()
        folder?.remove()
      }
    }
  } catch (error) {
    folder?.remove()
    throw error
  }
}

export type Client = {
  cookie: string
  request(path: string, init?: RequestInit): Promise<Response>
  json<T>(path: string): Promise<T>
}

/** A browser's session with an operator who has a password of their own. */
export async function signIn(city: TestCity, name: string, password: string): Promise<Client> {
  const client = createClient(city)
  const answer = await client.request('/api/session', post({ name, password }))
  if (answer.status !== 200) throw new Error(`Could not sign in: ${answer.status} ${await answer.text()}`)
  return client
}

export const ownPassword = 'a password of my own'

/** The first operator, after the first password was changed. */
export async function signInFirst(city: TestCity): Promise<Client> {
  const { name = '', password = '' } = city.firstOperator ?? {}
  const client = await signIn(city, name, password)
  const answer = await client.request('/api/session/password', post({ current: password, next: ownPassword }))
  if (answer.status !== 200) throw new Error(`Could not change the password: ${answer.status}`)
  return client
}

/** Requests as a page of the city's own makes them, with whatever cookie it was given. */
export function createClient(city: { url: string }): Client {
  const client: Client = {
    cookie: '',
    async request(path, init = {}) {
      const headers = new Headers(init.headers)
      if (client.cookie) headers.set('cookie', client.cookie)
      if (init.method && init.method !== 'GET' && !headers.has('origin')) headers.set('origin', city.url)
      const answer = await fetch(`${city.url}${path}`, { ...init, headers, redirect: 'manual' })
      const set = answer.headers.get('set-cookie')
      if (set) client.cookie = set.split(';')[0] ?? ''
      return answer
    },
    async json<T>(path: string) {
      const answer = await client.request(path)
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    }
  }
  return client
}

export function post(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

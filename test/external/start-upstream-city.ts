import {
  createDirectory,
  createIngest,
  type Ingest,
  type IngestLimits,
  type UpstreamSettings
} from '@city-brain/ingest'
import { openJournal } from '@city-brain/journal'
import {
  type AssetCollection,
  type DeviceRegister,
  type Entry,
  type EntryKind,
  type Journal,
  systemClock
} from '@city-brain/model'
import { temporaryFolder, waitFor } from '../city/start-city.ts'

export const devices = ['det-1', 'det-2', 'det-3', 'det-4']
export const obs = (device: string) => `city/centre/traffic/${device}/obs`

let sequence = 0
/** No two alike. */
export function reading(): string {
  sequence++
  return JSON.stringify({ dateObserved: new Date().toISOString(), intensity: sequence })
}

const feature = (id: string, kind: 'detector' | 'intersection') => ({
  type: 'Feature' as const,
  id,
  geometry: null,
  properties: {
    name: { en: id, zh: id },
    area: 'centre',
    ...(kind === 'detector' ? { kind, period: 60 } : { kind })
  }
})
const assets: AssetCollection = {
  type: 'FeatureCollection',
  features: [...devices.map((id) => feature(id, 'detector')), feature('int-1', 'intersection')]
}
const register: DeviceRegister = {
  devices: [
    ...devices.map((id) => ({ id, area: 'centre', domain: 'traffic' as const })),
    { id: 'int-1', area: 'centre', domain: 'signal' }
  ],
  gateways: [{ id: 'lora', topics: ['lorawan/+/up'], entities: devices }]
}

export type UpstreamCity = {
  ingest: Ingest
  journal: Journal
  logged: string[]
  /** From here on appends wait, until `release`. */
  hold(): void
  release(): void
  /** The next append rejects, as on a full disk. */
  failNext(): void
  entries<K extends EntryKind>(kind: K): Promise<Entry<K>[]>
  connected(): Promise<void>
  stop(): Promise<void>
}

/** The front door and a real journal in a temporary folder, as client of a broker that is not ours. */
export async function startUpstreamCity({
  external,
  gatewayBroker,
  limits,
  data = temporaryFolder()
}: {
  external?: Partial<UpstreamSettings> & { url: string }
  /** The gateway's own, beside the embedded one. */
  gatewayBroker?: Partial<UpstreamSettings> & { url: string }
  limits?: Partial<IngestLimits>
  /** To start again with what is there. */
  data?: { path: string; remove(): void }
}): Promise<UpstreamCity> {
  const logged: string[] = []
  const log = (level: string, message: string, detail?: Record<string, unknown>) =>
    void logged.push(`${level} ${message} ${JSON.stringify(detail ?? {})}`)
  const journal = await openJournal({ folder: data.path, clock: systemClock, log })
  let held: Promise<void> | undefined
  let release: () => void = () => undefined
  let failing = false
  const append: Journal['append'] = async (...given) => {
    await held
    if (failing) {
      failing = false
      throw new Error('disk full')
    }
    return await journal.append(...given)
  }
  const ingest = await createIngest({
    journal: Object.create(journal, { append: { value: append } }) as Journal,
    clock: systemClock,
    directory: createDirectory({ register, assets }),
    feeds: [],
    checkCredentials: (username, password) => password.toString() === `secret-${username}`,
    host: '127.0.0.1',
    port: 0,
    brokers: {
      ...(external && { external: { name: 'external-broker', clientId: 'city-brain-test', ...external } }),
      gateways: [
        {
          id: 'lora',
          topics: ['lorawan/+/up'],
          ...(gatewayBroker && { broker: { name: 'lora', clientId: 'city-brain-test-lora', ...gatewayBroker } })
        }
      ],
      retry: { first: 50, longest: 200 }
    },
    limits,
    log
  })
  return {
    ingest,
    journal,
    logged,
    hold() {
      held = new Promise((resolve) => {
        release = resolve
      })
    },
    release() {
      held = undefined
      release()
    },
    failNext() {
      failing = true
    },
    async entries<K extends EntryKind>(kind: K) {
      const found: Entry<K>[] = []
      for (let after = 0; ; ) {
        const page = await journal.read(after, 5_000, [kind])
        found.push(...page)
        const last = page.at(-1)
        if (last === undefined) return found
        after = last.offset
      }
    },
    connected: async () =>
      void (await waitFor(() => ingest.upstreams().every(({ state }) => state === 'connected'), 20_000)),
    async stop() {
      release()
      held = undefined
      await ingest.close()
      await journal.close()
      data.remove()
    }
  }
}

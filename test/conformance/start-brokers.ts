import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlsIdentity } from '@city-brain/ingest'
import { createDirectory, createIngest, type Ingest, type IngestLimits } from '@city-brain/ingest'
import { openJournal } from '@city-brain/journal'
import {
  type Asset,
  type AssetCollection,
  type DeviceRegister,
  type Entry,
  type EntryKind,
  type Journal,
  systemClock
} from '@city-brain/model'
import { RawClient } from './raw-client.ts'

const name = { en: 'Place', zh: '地点' }
const assets: AssetCollection = {
  type: 'FeatureCollection',
  features: ['bin-1', 'bin-2'].map<Asset>((id) => ({
    type: 'Feature',
    id,
    geometry: null,
    properties: { kind: 'container', name, area: 'centre', storedWasteKind: 'glass', binCapacity: 1_100 }
  }))
}
const register: DeviceRegister = {
  devices: [
    { id: 'bin-1', area: 'centre', domain: 'waste', certificateSubject: 'Container No. 1' },
    { id: 'bin-2', area: 'centre', domain: 'waste' }
  ],
  gateways: [
    // Hears the status of all devices, and what the gateway `relay` says.
    { id: 'watch', topics: ['watch/out'], subscribe: ['city/centre/+/+/status', 'relay/#'], entities: [] },
    { id: 'relay', topics: ['relay/#'], entities: ['bin-1', 'bin-2'] }
  ]
}

export type Brokers = {
  ingest: Ingest
  journal: Journal
  /** What was logged, each as one line. */
  logged: string[]
  /** A socket to the port of devices, or of the conformance suite. */
  open(port?: 'devices' | 'conformance'): RawClient
  /** A client with its right password, connected. */
  connect(device: string, options?: Parameters<RawClient['connect']>[0]): Promise<RawClient>
  entries<K extends EntryKind>(...kinds: K[]): Promise<Entry<K>[]>
  stop(): Promise<void>
}

/** The front door over a real journal: the port of devices, and the one of a conformance suite. The password of everybody is `secret-` and the id. */
export async function startBrokers({
  limits,
  tls
}: {
  limits?: Partial<IngestLimits>
  tls?: TlsIdentity
} = {}): Promise<Brokers> {
  const folder = mkdtempSync(join(tmpdir(), 'city-brain-conformance-'))
  const logged: string[] = []
  const log = (level: string, message: string, detail?: object) => {
    logged.push(`${level} ${message} ${JSON.stringify(detail ?? {})}`)
  }
  const journal = await openJournal({ folder: join(folder, 'journal'), clock: systemClock, log })
  const ingest = await createIngest({
    journal,
    clock: systemClock,
    directory: createDirectory({ register, assets }),
    feeds: [],
    checkCredentials: (username, password) => password.toString() === `secret-${username}`,
    host: '127.0.0.1',
    port: 0,
    conformancePort: 0,
    ...(tls ? { tls: { ...tls, port: 0 } } : {}),
    log,
    ...(limits ? { limits } : {})
  })
  const clients: RawClient[] = []
  const open = (port: 'devices' | 'conformance' = 'devices') => {
    const client = new RawClient(port === 'devices' ? ingest.port : (ingest.conformancePort ?? 0))
    clients.push(client)
    return client
  }
  return {
    ingest,
    journal,
    logged,
    open,
    async connect(device, options = {}) {
      const client = open()
      const { returnCode } = await client.connect({ username: device, password: `secret-${device}`, ...options })
      if (returnCode !== 0) throw new Error(`${device} was refused: ${returnCode}`)
      return client
    },
    entries: (...kinds) => journal.read(0, 100_000, kinds),
    async stop() {
      for (const { socket } of clients) socket.destroy()
      await ingest.close()
      await journal.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

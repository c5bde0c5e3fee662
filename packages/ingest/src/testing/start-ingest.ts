import { type Clock, systemClock } from '@city-brain/model'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { createIngest, type Ingest, type IngestLimits } from '../create-ingest.ts'
import { createDirectory } from '../directory/directory.ts'
import type { CompiledFeed } from '../feeds/compiled-feed.ts'
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts'
import { testAssets, testRegister } from './test-city.ts'

export type TestIngest = {
  ingest: Ingest
  journal: MemoryJournal
  /** What was logged, each as one line. */
  logged: string[]
  /** A real client with the device's right password, connected. */
  connect(device: string, options?: IClientOptions): Promise<MqttClient>
  stop(): Promise<void>
}

/** A real broker on a free port over a journal in memory; the password of everybody is `secret-` and its id. */
export async function startIngest({
  journal = createMemoryJournal(),
  clock = systemClock,
  feeds = [],
  limits,
  register = testRegister,
  assets = testAssets
}: {
  journal?: MemoryJournal
  clock?: Clock
  feeds?: CompiledFeed[]
  limits?: Partial<IngestLimits>
  register?: typeof testRegister
  assets?: typeof testAssets
} = {}): Promise<TestIngest> {
  const clients: MqttClient[] = []
  const logged: string[] = []
  const ingest = await createIngest({
    journal,
    clock,
    directory: createDirectory({ register, assets }),
    feeds,
    checkCredentials: (username, password) => password.toString() === `secret-${username}`,
    host: '127.0.0.1',
    port: 0,
    log: (level, message, detail) => logged.push(`${level} ${message} ${JSON.stringify(detail ?? {})}`),
    limits
  })
  return {
    ingest,
    journal,
    logged,
    async connect(device, options = {}) {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${ingest.port}`, {
        username: device,
        password: `secret-${device}`,
        reconnectPeriod: 0,
        ...options
      })
      // A connection that the broker ends is what some tests are about.
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    async stop() {
      journal.release()
      await Promise.all(clients.map((client) => client.endAsync(true)))
      await ingest.close()
    }
  }
}

/** Waits until it holds; fails with what it is waiting for. */
export async function until(what: string, holds: () => boolean, milliseconds = 5_000): Promise<void> {
  const end = Date.now() + milliseconds
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

import {
  type Asset,
  type AssetCollection,
  type DeviceRegister,
  type DeviceRegistration,
  type Draft,
  type GatewayRegistration,
  type Journal,
  type OperatorAction,
  type RegistryChange,
  subjectOfChange
} from '@city-brain/model'
import type { Log } from '../log.ts'

/** A device or gateway with where it is registered: in the city's file, or by a change while the city ran. */
export type Registered = { revoked: boolean } & (
  | { kind: 'device'; id: string; from: 'file' | 'registry'; registration: DeviceRegistration }
  | { kind: 'gateway'; id: string; from: 'file'; registration: GatewayRegistration }
)

export type Registry = {
  /** All assets as they stand. The same object until one changes. */
  assets(): AssetCollection
  asset(id: string): Asset | undefined
  /** Offset of the newest change of an asset while the city ran; 0 where there was none. */
  assetsOffset(): number
  /** Who may speak, without the revoked. The same object until one changes. */
  register(): DeviceRegister
  /** Also the revoked. */
  find(id: string): Registered | undefined
  all(): Registered[]
  /** Runs work that looks at the registry and changes it, one after the other. */
  exclusive<T>(work: () => Promise<T>): Promise<T>
  /** Changes and what was done, in one transaction; once it is durable everybody knows. Only within `exclusive`. */
  commit(changes: readonly RegistryChange[], action: OperatorAction): Promise<void>
  /** Calls the listener with the changes of each commit. */
  onChange(listener: (changes: readonly RegistryChange[]) => void): void
}

const page = 1_000

/**
 * The city's files as the base, and the `registry-change` entries of the journal on top of it. It is the only one that
 * appends such entries, and the newest of each device and asset is never cut: so it reads them at the start, and needs no
 * snapshot. An asset that was imported goes before the one of the file; a device of the file goes before an added one.
 */
export async function createRegistry({
  journal,
  base,
  log
}: {
  journal: Pick<Journal, 'append' | 'read'>
  base: { register: DeviceRegister; assets: AssetCollection }
  log: Log
}): Promise<Registry> {
  const assets = new Map(base.assets.features.map((asset) => [asset.id, asset]))
  const registered = new Map<string, Registered>()
  for (const device of base.register.devices ?? []) {
    registered.set(device.id, { kind: 'device', id: device.id, from: 'file', revoked: false, registration: device })
  }
  for (const gateway of base.register.gateways ?? []) {
    registered.set(gateway.id, { kind: 'gateway', id: gateway.id, from: 'file', revoked: false, registration: gateway })
  }
  const listeners = new Set<(changes: readonly RegistryChange[]) => void>()
  let collection: AssetCollection | undefined
  let register: DeviceRegister | undefined
  let assetsOffset = 0
  let last: Promise<unknown> = Promise.resolve()

  const apply = (change: RegistryChange, offset: number) => {
    if (change.change === 'asset') {
      assets.set(change.asset.id, change.asset)
      assetsOffset = offset
      collection = undefined
      return
    }
    register = undefined
    if (change.change === 'device') {
      const { device } = change
      if (registered.get(device.id)?.from === 'file') return
      registered.set(device.id, {
        kind: 'device',
        id: device.id,
        from: 'registry',
        revoked: false,
        registration: device
      })
      return
    }
    const known = registered.get(change.id)
    if (known) registered.set(change.id, { ...known, revoked: true })
  }

  for (let after = 0; ; ) {
    const entries = await journal.read(after, page, ['registry-change'])
    for (const entry of entries) {
      apply(entry.payload, entry.offset)
      after = entry.offset
    }
    if (entries.length < page) break
  }
  reportOrphans([...assets.values()], registered, log)

  return {
    assets() {
      collection ??= { type: 'FeatureCollection', features: [...assets.values()] }
      return collection
    },
    asset: (id) => assets.get(id),
    assetsOffset: () => assetsOffset,
    register() {
      register ??= activeOf(registered.values())
      return register
    },
    find: (id) => registered.get(id),
    all: () => [...registered.values()],
    exclusive(work) {
      const done = last.then(work)
      last = done.catch(() => undefined)
      return done
    },
    async commit(changes, action) {
      const source = `operator:${action.operator}`
      const drafts: Draft[] = changes.map((payload) => ({
        kind: 'registry-change',
        entity: subjectOfChange(payload),
        source,
        payload
      }))
      drafts.push({ kind: 'operator-action', entity: action.subject ?? '', source, payload: action })
      const { offsets } = await journal.append(drafts)
      changes.forEach((change, i) => {
        apply(change, offsets[i] ?? 0)
      })
      if (changes.length > 0) for (const listener of listeners) listener(changes)
    },
    onChange: (listener) => void listeners.add(listener)
  }
}

function activeOf(registered: Iterable<Registered>): DeviceRegister {
  const devices: DeviceRegistration[] = []
  const gateways: GatewayRegistration[] = []
  for (const one of registered) {
    if (one.revoked) continue
    if (one.kind === 'device') devices.push(one.registration)
    else gateways.push(one.registration)
  }
  return { devices, gateways }
}

/** The files may have changed under what was registered while the city ran; then somebody should know. */
function reportOrphans(assets: readonly Asset[], registered: ReadonlyMap<string, Registered>, log: Log): void {
  const areas = new Set(assets.filter(({ properties }) => properties.kind === 'area').map(({ id }) => id))
  const lost = assets.filter(({ properties }) => !areas.has(properties.area)).map(({ id }) => id)
  const mute = [...registered.values()]
    .filter((one) => one.from === 'registry' && !one.revoked && !areas.has(one.registration.area))
    .map(({ id }) => id)
  if (lost.length === 0 && mute.length === 0) return
  log('warn', 'What was registered while the city ran lies in areas that assets.geojson no longer has', {
    assets: lost.length,
    devices: mute.length,
    first: lost[0] ?? mute[0]
  })
}

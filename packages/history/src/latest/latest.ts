import {
  type Asset,
  type AssetCollection,
  type Entry,
  type EntryKind,
  formatInstant,
  type LatestEntity,
  type LatestState,
  parseInstant,
  type View
} from '@city-brain/model'
import { createExpiryQueue } from '../expiry-queue.ts'
import { createStaleAfter } from './expected-interval.ts'

const format = 1
type Snapshot = { format: number; offset: number; now?: number; entities: LatestEntity[]; unchanged: string[] }

/**
 * The newest reading of each entity, by `dateObserved`: an older one (late, or from a source that brings the past)
 * changes nothing; of two at the same moment the one with the higher offset stays. An entity is stale when its newest
 * reading is older than three of its expected intervals, judged at ticks only, so that a restart or a replay agrees.
 *
 * Listeners hear of the changes of all entries that were applied in one go (in one synchronous step of the runner), each
 * entity once, after the last of them; `to` is the offset the state then stands at.
 */
export function createLatest({ assets }: { assets: AssetCollection }): LatestState & View {
  const staleAfter = createStaleAfter(assets)
  const entities = new Map<string, LatestEntity>()
  /** `dateObserved` of each in milliseconds, so that a reading does not parse the one before it again. */
  const observed = new Map<string, number>()
  const unchanged = new Set<string>()
  const listeners = new Set<(changed: readonly LatestEntity[], to: number) => void>()
  let expiries = createExpiryQueue<string>()
  let offset = 0
  let now: number | undefined
  let changed = new Map<string, LatestEntity>()
  let announcing = false

  function put(entity: LatestEntity): void {
    entities.set(entity.entity, entity)
    if (listeners.size === 0) return
    changed.set(entity.entity, entity)
    if (announcing) return
    announcing = true
    queueMicrotask(announce)
  }

  function announce(): void {
    announcing = false
    const all = [...changed.values()]
    changed = new Map()
    if (all.length > 0) for (const listener of listeners) listener(all, offset)
  }

  function watch(entity: string, type: LatestEntity['type'], dateObserved: number): boolean {
    const due = dateObserved + staleAfter.of(entity, type)
    if (now !== undefined && due < now) {
      expiries.delete(entity)
      return true
    }
    // Stale is older than the limit, not as old: due one millisecond later.
    expiries.set(entity, due + 1)
    return false
  }

  function applyReading(entry: Entry<'reading'>): void {
    const { entity, payload } = entry
    const dateObserved = parseInstant(payload.dateObserved)
    if (dateObserved === undefined) throw new Error(`Reading ${entry.offset} has no date: ${payload.dateObserved}`)
    const newest = observed.get(entity)
    if (newest !== undefined && dateObserved < newest) return
    observed.set(entity, dateObserved)
    put({
      entity,
      type: payload.type,
      offset: entry.offset,
      dateObserved: payload.dateObserved,
      receivedAt: formatInstant(entry.receivedAt),
      values: payload.values,
      ...(payload.flags && payload.flags.length > 0 ? { flags: payload.flags } : {}),
      ...(payload.backfill ? { backfill: true as const } : {}),
      stale: watch(entity, payload.type, dateObserved),
      ...reasons(unchanged.has(entity), payload.flags)
    })
  }

  function applyQuality({ entity, payload }: Entry<'quality'>): void {
    if (payload.state === 'raised') unchanged.add(entity)
    else unchanged.delete(entity)
    const known = entities.get(entity)
    if (!known) return
    const { unreliable: _, ...rest } = known
    put({ ...rest, ...reasons(unchanged.has(entity), known.flags) })
  }

  /** Its expected interval may be another from now on. */
  function applyAsset(asset: Asset): void {
    staleAfter.put(asset)
    const known = entities.get(asset.id)
    if (!known) return
    const stale = watch(asset.id, known.type, observed.get(asset.id) ?? 0)
    if (stale !== known.stale) put({ ...known, stale })
  }

  function applyTick(time: number): void {
    now = time
    for (const id of expiries.take(time)) {
      const known = entities.get(id)
      if (known) put({ ...known, stale: true })
    }
  }

  return {
    name: 'latest',
    kinds: ['reading', 'quality', 'tick', 'registry-change'] satisfies EntryKind[],
    get offset() {
      return offset
    },
    get: (entity) => entities.get(entity),
    all: () => [...entities.values()],
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    restore(state) {
      entities.clear()
      observed.clear()
      unchanged.clear()
      changed.clear()
      expiries = createExpiryQueue()
      const kept = (state as Snapshot | undefined)?.format === format ? (state as Snapshot) : undefined
      offset = kept?.offset ?? 0
      now = kept?.now
      for (const entity of kept?.unchanged ?? []) unchanged.add(entity)
      for (const entity of kept?.entities ?? []) {
        const dateObserved = parseInstant(entity.dateObserved) ?? 0
        observed.set(entity.entity, dateObserved)
        // The expected interval may be another than when the snapshot was written.
        entities.set(entity.entity, { ...entity, stale: watch(entity.entity, entity.type, dateObserved) })
      }
    },
    apply(entry) {
      offset = entry.offset
      if (entry.kind === 'reading') applyReading(entry)
      else if (entry.kind === 'quality') applyQuality(entry)
      else if (entry.kind === 'tick') applyTick(entry.payload.now)
      else if (entry.kind === 'registry-change' && entry.payload.change === 'asset') applyAsset(entry.payload.asset)
      return undefined
    },
    snapshot: (): Snapshot => ({
      format,
      offset,
      ...(now === undefined ? {} : { now }),
      entities: [...entities.values()],
      unchanged: [...unchanged]
    })
  }
}

function reasons(unchanged: boolean, flags: LatestEntity['flags']): { unreliable?: LatestEntity['unreliable'] } {
  const all: ('unchanged' | 'above-capacity' | 'gap')[] = []
  if (unchanged) all.push('unchanged')
  if (flags?.includes('above-capacity')) all.push('above-capacity')
  if (flags?.includes('gap')) all.push('gap')
  return all.length > 0 ? { unreliable: all } : {}
}

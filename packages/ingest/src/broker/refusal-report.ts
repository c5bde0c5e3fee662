import type { Draft } from '@city-brain/model'
import type { Log } from '../log.ts'

/** `throttled`: too many wrong ones before, so that these were not looked at. */
export type RefusalReason = 'wrong-credentials' | 'not-registered' | 'throttled'
export type Refusal = {
  /** The device or gateway, where the name is one; a name that nobody has may be a secret in the wrong field. */
  device: string | undefined
  address: string
  reason: RefusalReason
}

/** Of one span, so many pairs of device and address are told by name; the others are told as one. */
const toldByName = 5
/** Pairs that are counted apart in one span. */
const countedApart = 1_000

type Counted = Refusal & { count: number }

export type RefusalReport = {
  add(refusal: Refusal): void
  /** Refused since the start, and how many of them were throttled. */
  readonly refused: number
  readonly throttled: number
  /** Tells what is not told yet. */
  close(): Promise<void>
}

/**
 * Refused connections in the log and in the audit trail: the first at once, what follows once a minute with its counts, so
 * that somebody who tries without end fills neither the disk nor the reader's patience.
 * @param record appends an audit entry; its failure is logged
 */
export function createRefusalReport({
  record,
  log,
  span = 60_000
}: {
  record: (draft: Draft<'operator-action'>) => Promise<unknown>
  log: Log
  /** Milliseconds from one summary to the next. */
  span?: number
}): RefusalReport {
  let counted = new Map<string, Counted>()
  let others = 0
  let refused = 0
  let throttled = 0
  let timer: NodeJS.Timeout | undefined
  let written: Promise<unknown> = Promise.resolve()

  const tell = (subject: string, detail: Record<string, string | number>) => {
    log('warn', 'Connections were refused', { device: subject, ...detail })
    const payload = { action: 'device-refused', operator: 'system', subject, detail } as const
    const draft = { kind: 'operator-action', entity: subject, source: 'system', payload } as const
    const writing = record(draft).catch((error: unknown) => {
      log('error', 'Refused connections could not be written into the journal', { error: String(error) })
    })
    written = Promise.all([written, writing])
  }
  const tellOne = ({ device = 'unknown', address, reason, count }: Counted) => tell(device, { address, reason, count })

  const summarise = () => {
    const all = [...counted.values()].sort((a, b) => b.count - a.count)
    for (const one of all.slice(0, toldByName)) tellOne(one)
    const rest = all.slice(toldByName).reduce((sum, { count }) => sum + count, others)
    if (rest > 0) tell('others', { count: rest })
    counted = new Map()
    others = 0
    return all.length > 0
  }
  const endSpan = () => {
    timer = summarise() ? setTimeout(endSpan, span).unref() : undefined
  }

  return {
    add(refusal) {
      refused++
      if (refusal.reason === 'throttled') throttled++
      if (timer === undefined) {
        tellOne({ ...refusal, count: 1 })
        timer = setTimeout(endSpan, span).unref()
        return
      }
      const key = `${refusal.reason} ${refusal.address} ${refusal.device}`
      const known = counted.get(key)
      if (known !== undefined) known.count++
      else if (counted.size < countedApart) counted.set(key, { ...refusal, count: 1 })
      else others++
    },
    get refused() {
      return refused
    },
    get throttled() {
      return throttled
    },
    async close() {
      clearTimeout(timer)
      timer = undefined
      summarise()
      await written
    }
  }
}

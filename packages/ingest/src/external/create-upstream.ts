import type { Clock } from '@city-brain/model'
import type { Log } from '../log.ts'
import { openConnection, type Receive, type UpstreamConnection } from './open-connection.ts'
import type { UpstreamFault } from './upstream-fault.ts'
import type { UpstreamHealth, UpstreamSettings } from './upstream-settings.ts'

export interface Upstream {
  health(): UpstreamHealth
  /** QoS 1; true when the broker has acknowledged it, false where it is not to be reached. */
  publish(topic: string, payload: string): Promise<boolean>
  wake(): void
  /** Takes no more messages, so that those under way can be settled and acknowledged before `close`. */
  pause(): void
  close(): Promise<void>
}

/** Milliseconds of the first and the longest wait before the broker is tried again. */
export type RetryWaits = { first: number; longest: number }

/** A connection that held for so long was a good one: the next wait is a short one again. Milliseconds. */
const goodAfter = 10_000

/**
 * The city as a client of a broker that is not ours. It is tried again for as long as the city runs, later each time, also
 * where its credentials are refused: whoever mends that at the broker need not restart the city. While the journal stores
 * nothing no connection is opened, since the first message would only end it.
 */
export function createUpstream({
  settings,
  filters,
  receive,
  mayRead,
  storing,
  clock,
  log,
  retry = { first: 1_000, longest: 30_000 }
}: {
  settings: UpstreamSettings
  filters: readonly string[]
  receive: Receive
  mayRead: () => boolean
  storing: () => boolean
  clock: Clock
  log: Log
  retry?: RetryWaits
}): Upstream {
  const { name, url } = settings
  let connection: UpstreamConnection | undefined
  let state: UpstreamHealth['state'] = 'connecting'
  let since = clock.now()
  let message: string | undefined
  let upAt: number | undefined
  let wait = retry.first
  let timer: NodeJS.Timeout | undefined
  let paused = false
  let closed = false
  let received = 0
  let withoutPromise = 0

  const become = (next: UpstreamHealth['state'], why?: string) => {
    // Said once, however often it is tried.
    if (state === next && message === why) return
    if (next === 'connected') log('info', 'Connected to a broker', { broker: name, url })
    else log('warn', 'A broker is not to be had', { broker: name, url, reason: why ?? '' })
    // Of a broker that answers differently while it is away, it is away since the beginning.
    if (state === 'connected' || next === 'connected' || state === 'connecting') since = clock.now()
    state = next
    message = why
  }

  const connect = () => {
    timer = undefined
    if (!storing()) return again({ state: 'away', message: 'the journal stores nothing at the moment' })
    connection = openConnection({
      settings,
      filters,
      receive(delivery, settle) {
        received++
        if (delivery.qos === 0) withoutPromise++
        receive(delivery, settle)
      },
      mayRead: () => !paused && mayRead(),
      onUp(refused) {
        upAt = clock.monotonic()
        become('connected')
        if (refused.length > 0) {
          log('info', 'A broker delivers with QoS 0 only: what it sends while the city is away is lost', {
            broker: name,
            filters: refused.slice(0, 5).join(' ')
          })
        }
      },
      onDown: again
    })
  }

  function again(fault: UpstreamFault) {
    connection = undefined
    if (closed || paused) return
    if (upAt !== undefined && clock.monotonic() - upAt >= goodAfter) wait = retry.first
    upAt = undefined
    become(fault.state, fault.message)
    timer = setTimeout(connect, wait)
    wait = Math.min(wait * 2, retry.longest)
  }

  connect()
  return {
    health: () => ({
      name,
      url,
      state,
      since,
      ...(message === undefined ? {} : { message }),
      received,
      withoutPromise
    }),
    publish: (topic, payload) => connection?.publish(topic, payload) ?? Promise.resolve(false),
    wake: () => connection?.wake(),
    pause() {
      paused = true
      clearTimeout(timer)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await connection?.close(true)
    }
  }
}

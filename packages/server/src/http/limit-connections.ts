import type { Server } from 'node:http'
import type { Clock } from '@city-brain/model'
import type { Log } from '../log.ts'

/** Bounds how many connections are open at once; above it new ones are closed unanswered, which is logged once a minute. */
export function limitConnections(
  server: Server,
  { most, clock, log }: { most: number; clock: Pick<Clock, 'monotonic'>; log: Log }
): void {
  let dropped = 0
  let toldAt = Number.NEGATIVE_INFINITY
  server.maxConnections = most
  server.on('drop', () => {
    dropped++
    if (clock.monotonic() - toldAt < 60_000) return
    toldAt = clock.monotonic()
    log('warn', 'Connections to the HTTP port were closed: too many are open', { most, dropped })
    dropped = 0
  })
}

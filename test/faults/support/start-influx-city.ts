import { type InfluxServer, startInfluxd } from '@city-brain/history'
import type { FaultContext, Skipped } from './fault.ts'
import { type FaultCity, startFaultCity } from './start-fault-city.ts'

/** An InfluxDB of the fault's own, which can be killed and stopped in its tracks. */
export type OwnInflux = Required<Pick<InfluxServer, 'kill' | 'restart'>> & InfluxServer

/** A real `influxd` for this fault; skipped with a reason where there is none. */
export async function startOwnInflux(context: FaultContext): Promise<OwnInflux | Skipped> {
  const server = await startInfluxd()
  if ('missing' in server) return { skipped: server.missing }
  context.onEnd(() => server.stop())
  const { kill, restart } = server
  if (!kill || !restart) return { skipped: 'INFLUX_URL names a server that is not ours to kill' }
  return Object.assign(server, { kill, restart })
}

/** The small city with its history in InfluxDB at that address. */
export function startInfluxCity(context: FaultContext, url: string, detectors?: number): Promise<FaultCity> {
  return startFaultCity(context, {
    args: ['--history', 'influx', '--influx-url', url],
    ...(detectors === undefined ? {} : { detectors })
  })
}

/** How the city says its history is. */
export async function historyState(city: FaultCity): Promise<string> {
  return (await city.running.health()).history.state
}

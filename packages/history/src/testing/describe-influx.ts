import { afterAll, describe } from 'vitest'
import { type InfluxServer, startInfluxd } from './start-influxd.ts'

/**
 * A suite against a real InfluxDB, started once for the file. Where there is none and none can be built the suite is
 * skipped, and the line of the skipped suite says why.
 */
export async function describeInflux(name: string, suite: (server: InfluxServer) => void): Promise<void> {
  const server = await startInfluxd()
  if ('missing' in server) {
    describe.skip(`${name} (skipped: ${server.missing})`, () => suite({ url: '', stop: async () => undefined }))
    return
  }
  describe(name, () => {
    afterAll(() => server.stop())
    suite(server)
  })
}

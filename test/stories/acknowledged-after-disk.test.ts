import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, expect, test } from 'vitest'
import { deviceSecret } from '../city/device-secret.ts'
import { startCity, temporaryFolder } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'
import { findProgram } from '../programs/find-program.ts'

const strace = findProgram('strace')
const folder = temporaryFolder()
afterAll(() => folder.remove())

/** What the journal's log holds is on disk only after an fdatasync of it that came later. */
type Call = { seconds: number; name: 'write' | 'sync' | 'socket'; text: string; file: string }

/** The system calls of interest in the order in which they finished. `strace -f` cuts a call in two where another thread's comes between. */
function readCalls(trace: string): Call[] {
  const started = new Map<string, string>()
  const calls: Call[] = []
  for (const line of trace.split('\n')) {
    const [, thread = '', time = '', rest = ''] = /^(\d+)\s+(\d+\.\d+)\s+(.*)$/.exec(line) ?? []
    let text = rest
    if (rest.includes('<unfinished ...>')) {
      started.set(thread, rest.replace('<unfinished ...>', ''))
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)
    if (resumed) text = (started.get(thread) ?? '') + (resumed[1] ?? '')
    const [, call, file = ''] = /^(\w+)\(\d+<([^>]*)>/.exec(text) ?? []
    if (call === 'fdatasync' || call === 'fsync') calls.push({ seconds: Number(time), name: 'sync', text, file })
    else if (call === 'pwrite64' && file.endsWith('-wal'))
      calls.push({ seconds: Number(time), name: 'write', text, file })
    else if ((call === 'write' || call === 'writev') && /TCP|socket/.test(file)) {
      calls.push({ seconds: Number(time), name: 'socket', text, file })
    }
  }
  return calls
}

/** A PUBACK is 0x40 (an @) 0x02 and the packet's id [MQTT-3.4], in one piece or in several. */
const isAcknowledgement = (text: string) => /"@(\\2|", iov_len=1\}, \{iov_base="\\2")/.test(text)

test.skipIf(strace === undefined)('each PUBACK leaves after the fdatasync of its entry', async () => {
  writeSmallCity(join(folder.path, 'city'), 1)
  const trace = join(folder.path, 'trace')
  const city = await startCity({
    city: join(folder.path, 'city'),
    data: join(folder.path, 'data'),
    before: [
      strace as string,
      ...['-f', '-yy', '-ttt', '-s', '16384', '-o', trace],
      ...['-e', 'trace=pwrite64,write,writev,fdatasync,fsync']
    ]
  })
  const client = await connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
    username: 'cab-1',
    password: await deviceSecret(city.data, 'cab-1')
  })
  const count = 40
  for (let i = 0; i < count; i++) {
    const payload = { id: 'det-1', dateObserved: new Date().toISOString(), vehicleType: `mark-${i}-mark` }
    await client.publishAsync('city/centre/traffic/cab-1/obs', JSON.stringify(payload), { qos: 1 })
  }
  await client.endAsync()
  await city.stop()

  const calls = readCalls(readFileSync(trace, 'utf8'))
  const acknowledgements = calls.flatMap((call, at) =>
    call.name === 'socket' && isAcknowledgement(call.text) ? [at] : []
  )
  expect(acknowledgements).toHaveLength(count)
  acknowledgements.forEach((acknowledged, i) => {
    const written = calls.findIndex((call) => call.name === 'write' && call.text.includes(`mark-${i}-mark`))
    expect(written, `entry ${i} is written to the log`).toBeGreaterThanOrEqual(0)
    const log = calls[written]?.file
    const synced = calls.findIndex((call, at) => at > written && call.name === 'sync' && call.file === log)
    expect(synced, `entry ${i} is synced`).toBeGreaterThan(written)
    expect(synced, `the PUBACK of entry ${i} leaves after it`).toBeLessThan(acknowledged)
  })
})

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { deviceSecret } from '../city/device-secret.ts'
import { signInFirst } from '../city/operator-session.ts'
import { startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { writeLongLivedCity } from './long-lived-city.ts'

/**
 * Makes `format-N.tar.gz` and `format-N.json` beside this file: a data folder as this version leaves it, and what is in it.
 * Run once for each format, by hand, and keep what it makes: `node --import tsx test/data-folders/make-data-folder.ts N`.
 */
const format = process.argv[2]
if (!/^\d+$/.test(format ?? '')) throw new Error('make-data-folder.ts N')
const folder = temporaryFolder()
const data = join(folder.path, 'data')
const city = await startCity({ city: writeLongLivedCity(join(folder.path, 'city')), data })
try {
  const operator = await signInFirst(city)
  const secret = await deviceSecret(data, 'bin-1')
  const client = await connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
    username: 'bin-1',
    password: secret,
    clientId: 'bin-1'
  })
  const topic = 'city/centre/waste/bin-1/obs'
  const readings = Array.from({ length: 24 }, (_, hour) => ({
    dateObserved: new Date(Date.UTC(2026, 0, 1, hour)).toISOString(),
    fillingLevel: hour / 24
  }))
  for (const reading of readings) await client.publishAsync(topic, JSON.stringify(reading), { qos: 1 })
  await client.publishAsync(topic, JSON.stringify({ dateObserved: '2026-01-02T00:00:00.000Z', temperature: 90 }), {
    qos: 1
  })
  await client.publishAsync(topic, 'no reading at all', { qos: 1 })
  await client.endAsync()
  const stored = readings.length + 1
  await waitFor(async () => (await city.health()).counters.stored === stored, 20_000)
  const health = await city.health()
  await city.stop()
  const { name, password } = operator
  const told = {
    epoch: health.journal.epoch,
    offset: health.journal.head,
    stored,
    name,
    password,
    device: 'bin-1',
    secret
  }
  writeFileSync(join(import.meta.dirname, `format-${format}.json`), `${JSON.stringify(told, null, 2)}\n`)
  const archive = join(import.meta.dirname, `format-${format}.tar.gz`)
  // Neither is part of what is kept: one only takes up space, the other is made by whoever opens the journal.
  const without = ['--exclude=ballast', '--exclude=lock.db']
  execFileSync('tar', ['--owner=0', '--group=0', ...without, '-czf', archive, '-C', data, '.'])
} finally {
  await city.kill()
  folder.remove()
}

import { join } from 'node:path'
import { openJournal } from '@city-brain/journal'
import type { Clock, DeviceRegistration } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createDeviceSecrets } from '../identity/device-secrets.ts'
import { openIdentityDatabase } from '../identity/identity-database.ts'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { createDevices } from './devices.ts'
import { createRegistry } from './registry.ts'

const device = (id: string): DeviceRegistration => ({ id, area: 'centre', domain: 'waste', expectedInterval: 60 })

test('who was never seen is overdue after three intervals since its registration, or since the start', async () => {
  const folder = temporaryFolder()
  let now = 1_700_000_000_000
  const clock: Clock = { now: () => now, monotonic: () => now }
  const log = () => {}
  const database = openIdentityDatabase(folder.path)
  const journal = await openJournal({ folder: join(folder.path, 'journal'), clock, log })
  try {
    const area = {
      type: 'Feature',
      id: 'centre',
      geometry: null,
      properties: { kind: 'area', name: { en: 'Centre', zh: '中心' }, area: 'centre' }
    } as const
    const base = {
      register: { devices: [device('filed')] },
      assets: { type: 'FeatureCollection' as const, features: [area] }
    }
    const registry = await createRegistry({ journal, base, log })
    const devices = createDevices({
      registry,
      secrets: createDeviceSecrets({ database, clock }),
      connections: { disconnect: () => {}, isConnected: () => false },
      latest: { get: () => undefined },
      statuses: { get: () => undefined },
      now: clock.now
    })
    const overdue = () => devices.list({}).devices.flatMap((one) => (one.overdue ? [one.id] : []))
    expect(overdue()).toEqual([])
    now += 100_000
    await devices.add(device('added'), 'kim')
    now += 80_001
    expect(overdue()).toEqual(['filed'])
    now += 99_998
    expect(overdue()).toEqual(['filed'])
    now += 2
    expect(overdue()).toEqual(['added', 'filed'])
  } finally {
    await journal.close()
    database.close()
    folder.remove()
  }
})

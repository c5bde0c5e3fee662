import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@city-brain/model'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { createDeviceSecrets } from './device-secrets.ts'
import { type IdentityDatabase, openIdentityDatabase } from './identity-database.ts'
import { createOperators } from './operators.ts'
import { createSessions, sessionLimits } from './sessions.ts'
import { createSignInLimit } from './sign-in-limit.ts'

let folder: ReturnType<typeof temporaryFolder>
let database: IdentityDatabase
let now: number
const clock: Clock = { now: () => now, monotonic: () => now }
beforeEach(() => {
  folder = temporaryFolder()
  database = openIdentityDatabase(folder.path)
  now = 1_700_000_000_000
})
afterEach(() => {
  if (database.isOpen) database.close()
  folder.remove()
})
const reopen = () => {
  database.close()
  database = openIdentityDatabase(folder.path)
}

test('the file is for its owner alone', () => {
  expect(statSync(join(folder.path, 'identity.db')).mode & 0o777).toBe(0o600)
})

test('the first operator is made once, and must change the password', async () => {
  const first = await createOperators({ database, clock }).ensureFirst()
  expect(first?.password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
  reopen()
  const operators = createOperators({ database, clock })
  expect(await operators.ensureFirst()).toBeUndefined()
  expect(await operators.verify('operator', first?.password ?? '')).toEqual({
    name: 'operator',
    mustChangePassword: true
  })
  expect(await operators.verify('operator', 'something else')).toBeUndefined()
  expect(await operators.verify('nobody', first?.password ?? '')).toBeUndefined()
  expect(await operators.changePassword('operator', 'too short')).toBe(false)
  expect(await operators.changePassword('operator', first?.password ?? '')).toBe(false)
  expect(await operators.changePassword('operator', 'a longer password')).toBe(true)
  expect(await operators.verify('operator', 'a longer password')).toEqual({
    name: 'operator',
    mustChangePassword: false
  })
  const again = await operators.reset('operator')
  expect(await operators.verify('operator', 'a longer password')).toBeUndefined()
  expect(await operators.verify('operator', again ?? '')).toEqual({ name: 'operator', mustChangePassword: true })
  expect(await operators.reset('nobody')).toBeUndefined()
})

test('a session ends by idleness, by age and by sign-out, and its token is kept nowhere', async () => {
  await createOperators({ database, clock }).ensureFirst()
  const sessions = createSessions({ database, clock })
  const { token, session } = sessions.create('operator')
  const rows = JSON.stringify(database.prepare('SELECT * FROM sessions').all())
  expect(rows).not.toContain(token)
  expect(sessions.use(token)).toEqual(session)
  now += sessionLimits.idle - 1
  expect(sessions.use(token)).toEqual(session)
  now += sessionLimits.idle - 1
  // Looking is not using.
  expect(sessions.isLive(session.id)).toBe(true)
  now += 2
  expect(sessions.isLive(session.id)).toBe(false)
  expect(sessions.use(token)).toBeUndefined()

  const other = sessions.create('operator')
  for (let used = 0; used < sessionLimits.absolute; used += sessionLimits.idle / 2) {
    now += sessionLimits.idle / 2
    sessions.use(other.token)
  }
  now += 1
  expect(sessions.use(other.token)).toBeUndefined()

  const ended: string[] = []
  sessions.onEnd((id) => ended.push(id))
  const [kept, gone] = [sessions.create('operator'), sessions.create('operator')]
  sessions.endAll('operator', kept.session.id)
  expect(ended).toContain(gone.session.id)
  expect(sessions.use(gone.token)).toBeUndefined()
  expect(sessions.use(kept.token)).toEqual(kept.session)
})

test('a device has its own secret over restarts, and one of the simulation until the next', () => {
  const before = createDeviceSecrets({ database, clock })
  const own = before.renew('bin-1')
  const { 'bin-1': simulated = '' } = before.renewSimulated(['bin-1', 'bin-2'])
  expect(Buffer.from(own, 'hex')).toHaveLength(24)
  for (const secret of [own, simulated]) expect(before.check('bin-1', Buffer.from(secret))).toBe(true)
  expect(before.check('bin-2', Buffer.from(simulated))).toBe(false)
  expect(before.check('bin-3', Buffer.from(own))).toBe(false)
  expect(before.check('bin-1', Buffer.alloc(0))).toBe(false)
  expect(JSON.stringify(database.prepare('SELECT hex(hash), hex(salt) FROM device_secrets').all())).not.toContain(own)
  reopen()
  const after = createDeviceSecrets({ database, clock })
  expect(after.check('bin-1', Buffer.from(own))).toBe(true)
  expect(after.check('bin-1', Buffer.from(simulated))).toBe(false)
  const next = after.renew('bin-1')
  expect(after.check('bin-1', Buffer.from(own))).toBe(false)
  expect(after.check('bin-1', Buffer.from(next))).toBe(true)
})

test('guessing is bounded by name and address, and over all addresses', () => {
  const limit = createSignInLimit({ clock })
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(limit.secondsToWait('operator', '10.0.0.1')).toBe(0)
    limit.attempt('operator', '10.0.0.1')
  }
  expect(limit.secondsToWait('operator', '10.0.0.1')).toBe(300)
  expect(limit.secondsToWait('operator', '10.0.0.2')).toBe(0)
  expect(limit.secondsToWait('someone', '10.0.0.1')).toBe(0)
  now += 299_001
  expect(limit.secondsToWait('operator', '10.0.0.1')).toBe(1)
  now += 1_000
  expect(limit.secondsToWait('operator', '10.0.0.1')).toBe(0)
  for (let address = 0; address < 60; address++) limit.attempt('operator', `10.0.1.${address}`)
  expect(limit.secondsToWait('operator', '10.0.2.1')).toBe(300)
  for (let name = 0; name < 30; name++) limit.attempt(`name-${name}`, '10.0.3.1')
  expect(limit.secondsToWait('fresh', '10.0.3.1')).toBe(300)
})

test('a right password forgets the attempts of its name from its address', () => {
  const limit = createSignInLimit({ clock })
  for (let attempt = 0; attempt < 5; attempt++) limit.attempt('operator', '10.0.0.1')
  limit.succeeded('operator', '10.0.0.1')
  expect(limit.secondsToWait('operator', '10.0.0.1')).toBe(0)
})

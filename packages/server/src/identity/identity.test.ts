import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@city-brain/model'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { createClaimKeys } from './claim-keys.ts'
import { createClaimLimit } from './claim-limit.ts'
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

test('an IPv6 network of 64 bits is one address: whoever has it may choose from it at will', () => {
  const signIn = createSignInLimit({ clock })
  for (let attempt = 0; attempt < 5; attempt++) signIn.attempt('operator', `2001:db8:1:2::${attempt}`)
  expect(signIn.secondsToWait('operator', '2001:db8:1:2:9::')).toBe(300)
  expect(signIn.secondsToWait('operator', '2001:db8:1:3::1')).toBe(0)
  signIn.succeeded('operator', '2001:db8:1:2::77')
  expect(signIn.secondsToWait('operator', '2001:db8:1:2::1')).toBe(0)
  const claim = createClaimLimit({ clock })
  for (let attempt = 0; attempt < 10; attempt++) claim.failed(`2001:db8:1:2::${attempt}`)
  expect(claim.secondsToWait('2001:db8:1:2:9::')).toBe(300)
  expect(claim.secondsToWait('2001:db8:1:3::1')).toBe(0)
})

test('a right password forgets the attempts of its name from its address', () => {
  const limit = createSignInLimit({ clock })
  for (let attempt = 0; attempt < 5; attempt++) limit.attempt('operator', '10.0.0.1')
  limit.succeeded('operator', '10.0.0.1')
  expect(limit.secondsToWait('operator', '10.0.0.1')).toBe(0)
})

test('a file of the first format is taken over with what it holds; one of a newer format is refused', () => {
  database.close()
  const file = join(folder.path, 'old', 'identity.db')
  mkdirSync(join(folder.path, 'old'))
  const old = new DatabaseSync(file)
  old.exec(`
    CREATE TABLE operators (
      name TEXT PRIMARY KEY, hash TEXT NOT NULL, must_change INTEGER NOT NULL, changed_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE sessions (
      token_hash TEXT PRIMARY KEY, operator TEXT NOT NULL REFERENCES operators (name),
      created_at INTEGER NOT NULL, used_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE device_secrets (
      device TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO operators VALUES ('kim', 'hash', 0, 1);
    PRAGMA user_version = 1;
  `)
  old.close()
  const migrated = openIdentityDatabase(join(folder.path, 'old'))
  expect(createOperators({ database: migrated, clock }).names()).toEqual(['kim'])
  expect(createClaimKeys({ database: migrated, clock }).list()).toEqual([])
  migrated.exec('PRAGMA user_version = 3')
  migrated.close()
  expect(() => openIdentityDatabase(join(folder.path, 'old'))).toThrow(/newer version of city-brain \(format 3\)/)
})

test('a removed secret opens nothing, nor does that of the stand-in', () => {
  const secrets = createDeviceSecrets({ database, clock })
  const own = secrets.renew('bin-1')
  const { 'bin-1': simulated = '' } = secrets.renewSimulated(['bin-1'])
  expect([secrets.has('bin-1'), secrets.has('bin-2')]).toEqual([true, false])
  secrets.remove('bin-1')
  for (const secret of [own, simulated]) expect(secrets.check('bin-1', Buffer.from(secret))).toBe(false)
  reopen()
  const after = createDeviceSecrets({ database, clock })
  expect([after.has('bin-1'), after.check('bin-1', Buffer.from(own))]).toEqual([false, false])
})

test('a claim key is kept as a hash, ends by count and by time, and takes a device and its secret in one step', () => {
  const keys = createClaimKeys({ database, clock })
  const wanted = { area: 'centre', domain: 'waste', prefix: '', count: 2, expiresAt: now + 1_000 } as const
  const { key, id } = keys.create(wanted)
  const secret = key.split('.')[1] ?? ''
  const row = database.prepare('SELECT hex(hash) AS hash, hex(salt) AS salt FROM claim_keys').get()
  expect(JSON.stringify(row).toLowerCase()).not.toContain(secret)
  reopen()
  const after = createClaimKeys({ database, clock })
  const found = after.find(key)
  expect(found).toMatchObject({ ...wanted, id, remaining: 2, revoked: false })
  for (const wrong of [id, `${id}.`, `${id}.${secret}0`, `00000000.${secret}`, '', `${id}.${secret.toUpperCase()}`]) {
    expect([wrong, after.find(wrong)]).toEqual([wrong, undefined])
  }
  // What fails in between leaves the count as it was.
  expect(() =>
    after.claim(id, 'bin-1', () => {
      throw new Error('no')
    })
  ).toThrow('no')
  expect([after.isClaimed('bin-1'), after.find(key)?.remaining]).toEqual([false, 2])
  expect(after.claim(id, 'bin-1', () => 'made')).toBe('made')
  expect(() => after.claim(id, 'bin-1', () => 'again')).toThrow(/UNIQUE/)
  expect([after.isClaimed('bin-1'), after.find(key)?.remaining]).toEqual([true, 1])
  now += 1_001
  expect(after.list()[0]?.state).toBe('expired')
  after.claim(id, 'bin-2', () => 'made')
  expect(after.list()[0]?.state).toBe('exhausted')
  expect(() => after.claim(id, 'bin-3', () => 'made')).toThrow(/exhausted/)
  expect([after.revoke(id), after.revoke(id), after.revoke('none')]).toEqual([true, false, false])
  expect(after.list()[0]?.state).toBe('revoked')
})

test('an address that brings wrong keys has to wait; another one does not', () => {
  const limit = createClaimLimit({ clock })
  for (let i = 0; i < 10; i++) {
    expect(limit.secondsToWait('10.0.0.1')).toBe(0)
    limit.failed('10.0.0.1')
  }
  expect([limit.secondsToWait('10.0.0.1'), limit.secondsToWait('10.0.0.2')]).toEqual([300, 0])
  now += 300_000
  expect(limit.secondsToWait('10.0.0.1')).toBe(0)
})

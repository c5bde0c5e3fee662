import { randomBytes } from 'node:crypto'
import { type ClaimKeySummary, type Clock, type Domain, formatInstant } from '@city-brain/model'
import { hashSecret, matchesSecret, newSecret } from './hashed-secret.ts'
import type { IdentityDatabase } from './identity-database.ts'

export type ClaimKey = {
  id: string
  area: string
  domain: Domain
  profile?: string
  /** Empty: any id. */
  prefix: string
  count: number
  remaining: number
  /** Milliseconds since 1970. */
  expiresAt: number
  revoked: boolean
}

export type ClaimKeys = {
  /** A new key, told once: only the salted hash of its secret part is kept. */
  create(wanted: Omit<ClaimKey, 'id' | 'remaining' | 'revoked'>): ClaimKeySummary & { key: string }
  /** The key that this text is, whatever state it is in. Takes as long for one that does not exist. */
  find(text: string): ClaimKey | undefined
  list(): ClaimKeySummary[]
  /** False where there is none, or it was revoked before. */
  revoke(id: string): boolean
  isClaimed(device: string): boolean
  /** Takes one of what remains, notes the device and makes its secret, in one transaction. */
  claim(id: string, device: string, makeSecret: () => string): string
}

type Row = {
  id: string
  salt: Uint8Array
  hash: Uint8Array
  area: string
  domain: Domain
  profile: string | null
  prefix: string
  count: number
  remaining: number
  expires_at: number
  revoked: number
}

export function claimKeyState(key: ClaimKey, now: number): ClaimKeySummary['state'] {
  if (key.revoked) return 'revoked'
  if (key.remaining <= 0) return 'exhausted'
  return now > key.expiresAt ? 'expired' : 'usable'
}

/** Keys of the form `id.secret`: the id finds the row and is shown, the secret (192 bits) is nowhere. */
export function createClaimKeys({ database, clock }: { database: IdentityDatabase; clock: Clock }): ClaimKeys {
  const insert = database.prepare(
    `INSERT INTO claim_keys (id, salt, hash, area, domain, profile, prefix, count, remaining, expires_at, revoked, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`
  )
  const select = database.prepare('SELECT * FROM claim_keys WHERE id = ?')
  const selectAll = database.prepare('SELECT * FROM claim_keys ORDER BY created_at DESC, id')
  const markRevoked = database.prepare('UPDATE claim_keys SET revoked = 1 WHERE id = ? AND revoked = 0')
  const takeOne = database.prepare('UPDATE claim_keys SET remaining = remaining - 1 WHERE id = ? AND remaining > 0')
  const note = database.prepare('INSERT INTO claims (device, claim_key, claimed_at) VALUES (?, ?, ?)')
  const claimed = database.prepare('SELECT 1 FROM claims WHERE device = ?')
  const nobody = hashSecret(newSecret())

  const toKey = (row: Row): ClaimKey => ({
    id: row.id,
    area: row.area,
    domain: row.domain,
    prefix: row.prefix,
    count: row.count,
    remaining: row.remaining,
    expiresAt: row.expires_at,
    revoked: row.revoked === 1,
    ...(row.profile === null ? {} : { profile: row.profile })
  })
  const toSummary = (key: ClaimKey): ClaimKeySummary => {
    const { expiresAt, revoked: _, ...shown } = key
    return { ...shown, expiresAt: formatInstant(expiresAt), state: claimKeyState(key, clock.now()) }
  }

  return {
    create(wanted) {
      const key: ClaimKey = { ...wanted, id: randomBytes(4).toString('hex'), remaining: wanted.count, revoked: false }
      const secret = newSecret()
      const { salt, hash } = hashSecret(secret)
      const { id, area, domain, profile, prefix, count, expiresAt } = key
      insert.run(id, salt, hash, area, domain, profile ?? null, prefix, count, count, expiresAt, clock.now())
      return { ...toSummary(key), key: `${id}.${secret}` }
    },
    find(text) {
      const [id = '', secret = ''] = text.split('.')
      const row = select.get(id) as Row | undefined
      const hashed = row ? { salt: Buffer.from(row.salt), hash: Buffer.from(row.hash) } : nobody
      const right = matchesSecret(hashed, Buffer.from(secret))
      return row && right ? toKey(row) : undefined
    },
    list: () => (selectAll.all() as Row[]).map((row) => toSummary(toKey(row))),
    revoke: (id) => Number(markRevoked.run(id).changes) > 0,
    isClaimed: (device) => claimed.get(device) !== undefined,
    claim(id, device, makeSecret) {
      database.exec('BEGIN IMMEDIATE')
      try {
        if (Number(takeOne.run(id).changes) === 0) throw new Error(`The claim key ${id} is exhausted`)
        note.run(device, id, clock.now())
        const secret = makeSecret()
        database.exec('COMMIT')
        return secret
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    }
  }
}

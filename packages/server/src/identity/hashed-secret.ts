import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export type HashedSecret = { salt: Buffer; hash: Buffer }

/** 192 random bits: generated, never chosen, so that a fast salted hash is enough to keep them. */
export function newSecret(): string {
  return randomBytes(24).toString('hex')
}

export function hashSecret(secret: string): HashedSecret {
  const salt = randomBytes(16)
  return { salt, hash: digest(salt, Buffer.from(secret)) }
}

export function matchesSecret(hashed: HashedSecret, secret: Buffer): boolean {
  return timingSafeEqual(digest(hashed.salt, secret), hashed.hash)
}

function digest(salt: Buffer, secret: Buffer): Buffer {
  return createHash('sha256').update(salt).update(secret).digest()
}

import { randomInt } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

/** Argon2id at OWASP's first choice of cost (19 MiB, 2 passes), which is the library's default and takes about 22 ms. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export const minimumPasswordLength = 12
export const maximumPasswordLength = 200

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost)
}

export function verifyPassword(hashed: string, password: string): Promise<boolean> {
  return verify(hashed, password)
}

/** Without letters and digits that look alike. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** 20 characters of 31 in groups of five: about 99 bits, and still typed without a mistake. */
export function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}

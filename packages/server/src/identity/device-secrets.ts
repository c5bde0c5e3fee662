import type { Clock } from '@city-brain/model'
import { type HashedSecret, hashSecret, matchesSecret, newSecret } from './hashed-secret.ts'
import type { IdentityDatabase } from './identity-database.ts'

export type DeviceSecrets = {
  /** A new secret for the device itself in place of the one before, told once: only its salted hash is kept. */
  renew(device: string): string
  /** New secrets for the simulation's devices, by device. They live in memory only and end with this process. */
  renewSimulated(devices: readonly string[]): Record<string, string>
  check(device: string, secret: Buffer): boolean
  /** Whether it has one of its own. */
  has(device: string): boolean
  /** Nothing opens the door for it any more, the secret of its stand-in included. */
  remove(device: string): void
}

type Row = { device: string; salt: Uint8Array; hash: Uint8Array }

/**
 * What devices sign in with. Secrets are generated (192 bits), so a fast salted hash is enough, and tens of thousands of
 * devices can reconnect in a minute. A device may have two: its own, and that of its stand-in in the simulation.
 */
export function createDeviceSecrets({ database, clock }: { database: IdentityDatabase; clock: Clock }): DeviceSecrets {
  const store = database.prepare(
    `INSERT INTO device_secrets (device, salt, hash, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (device) DO UPDATE SET salt = excluded.salt, hash = excluded.hash, created_at = excluded.created_at`
  )
  const erase = database.prepare('DELETE FROM device_secrets WHERE device = ?')
  const rows = database.prepare('SELECT device, salt, hash FROM device_secrets').all() as Row[]
  const own = new Map<string, HashedSecret>(
    rows.map((row) => [row.device, { salt: Buffer.from(row.salt), hash: Buffer.from(row.hash) }])
  )
  const simulated = new Map<string, HashedSecret>()
  const nobody = hashSecret(newSecret())

  return {
    renew(device) {
      const secret = newSecret()
      const hashed = hashSecret(secret)
      store.run(device, hashed.salt, hashed.hash, clock.now())
      own.set(device, hashed)
      return secret
    },
    renewSimulated(devices) {
      simulated.clear()
      const secrets: Record<string, string> = {}
      for (const device of devices) {
        const secret = newSecret()
        secrets[device] = secret
        simulated.set(device, hashSecret(secret))
      }
      return secrets
    },
    check(device, secret) {
      const candidates = [own.get(device), simulated.get(device)].filter((hashed) => hashed !== undefined)
      // An unknown device costs one comparison too, so that the time does not tell which devices exist.
      if (candidates.length === 0) matchesSecret(nobody, secret)
      return candidates.some((hashed) => matchesSecret(hashed, secret))
    },
    has: (device) => own.has(device),
    remove(device) {
      erase.run(device)
      own.delete(device)
      simulated.delete(device)
    }
  }
}

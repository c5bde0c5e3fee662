import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '@city-brain/model'
import type { IdentityDatabase } from './identity-database.ts'

export type Session = { id: string; operator: string }

export type Sessions = {
  /** The token goes into the cookie and is kept nowhere here; the session's id is its hash. */
  create(operator: string): { token: string; session: Session }
  /** The session of a token while it is neither idle nor old; using it keeps it from becoming idle. */
  use(token: string): Session | undefined
  /** Whether it has not ended; does not count as use. */
  isLive(id: string): boolean
  end(id: string): void
  /** Ends all sessions of an operator but one. */
  endAll(operator: string, but?: string): void
  /** Calls the listener with the id of each session that is ended by someone. Returns the end. */
  onEnd(listener: (id: string) => void): () => void
}

const hour = 3_600_000
export const sessionLimits = { idle: 12 * hour, absolute: 7 * 24 * hour }

type Row = { token_hash: string; operator: string; created_at: number; used_at: number }

/** Sessions of operators: random tokens of 256 bits, stored hashed, ended by sign-out, idleness or age. */
export function createSessions({
  database,
  clock,
  limits = sessionLimits
}: {
  database: IdentityDatabase
  clock: Clock
  limits?: typeof sessionLimits
}): Sessions {
  const insert = database.prepare(
    'INSERT INTO sessions (token_hash, operator, created_at, used_at) VALUES (?, ?, ?, ?)'
  )
  const select = database.prepare('SELECT * FROM sessions WHERE token_hash = ?')
  const touch = database.prepare('UPDATE sessions SET used_at = ? WHERE token_hash = ?')
  const remove = database.prepare('DELETE FROM sessions WHERE token_hash = ?')
  const ofOperator = database.prepare('SELECT token_hash FROM sessions WHERE operator = ?')
  const sweep = database.prepare('DELETE FROM sessions WHERE used_at < ? OR created_at < ?')
  const listeners = new Set<(id: string) => void>()

  const live = (id: string): Row | undefined => {
    const row = select.get(id) as Row | undefined
    if (!row) return undefined
    const now = clock.now()
    return now - row.used_at > limits.idle || now - row.created_at > limits.absolute ? undefined : row
  }
  const end = (id: string) => {
    remove.run(id)
    for (const listener of listeners) listener(id)
  }

  return {
    create(operator) {
      const now = clock.now()
      sweep.run(now - limits.idle, now - limits.absolute)
      const token = randomBytes(32).toString('base64url')
      const id = hashToken(token)
      insert.run(id, operator, now, now)
      return { token, session: { id, operator } }
    },
    use(token) {
      const row = live(hashToken(token))
      if (!row) return undefined
      // Once a minute is enough to tell use from idleness, and keeps the disk quiet.
      if (clock.now() - row.used_at > 60_000) touch.run(clock.now(), row.token_hash)
      return { id: row.token_hash, operator: row.operator }
    },
    isLive: (id) => live(id) !== undefined,
    end,
    endAll(operator, but) {
      for (const { token_hash: id } of ofOperator.all(operator) as { token_hash: string }[]) if (id !== but) end(id)
    },
    onEnd(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

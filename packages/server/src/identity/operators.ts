import type { Clock } from '@city-brain/model'
import type { IdentityDatabase } from './identity-database.ts'
import {
  generatePassword,
  hashPassword,
  maximumPasswordLength,
  minimumPasswordLength,
  verifyPassword
} from './passwords.ts'

export type Operator = { name: string; mustChangePassword: boolean }

export type Operators = {
  /** Makes the first operator where there is none yet, with a password to be told once. */
  ensureFirst(): Promise<{ name: string; password: string } | undefined>
  get(name: string): Operator | undefined
  names(): string[]
  /** The operator whose name and password these are. Takes as long for a name that does not exist. */
  verify(name: string, password: string): Promise<Operator | undefined>
  /** False where the new password is too short, too long, or the one before. */
  changePassword(name: string, next: string): Promise<boolean>
  /** A new generated password, to be changed at the next sign-in; undefined where there is no such operator. */
  reset(name: string): Promise<string | undefined>
}

export const firstOperator = 'operator'

type Row = { name: string; hash: string; must_change: number }

/** The people who may sign in. */
export function createOperators({ database, clock }: { database: IdentityDatabase; clock: Clock }): Operators {
  const select = database.prepare('SELECT name, hash, must_change FROM operators WHERE name = ?')
  const selectNames = database.prepare('SELECT name FROM operators ORDER BY name')
  const insert = database.prepare(
    'INSERT INTO operators (name, hash, must_change, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING'
  )
  const update = database.prepare('UPDATE operators SET hash = ?, must_change = ?, changed_at = ? WHERE name = ?')
  const row = (name: string) => select.get(name) as Row | undefined
  const toOperator = (found: Row): Operator => ({ name: found.name, mustChangePassword: found.must_change === 1 })
  const names = () => (selectNames.all() as { name: string }[]).map(({ name }) => name)
  let decoy: Promise<string> | undefined

  return {
    names,
    async ensureFirst() {
      if (names().length > 0) return undefined
      const password = generatePassword()
      insert.run(firstOperator, await hashPassword(password), 1, clock.now())
      return { name: firstOperator, password }
    },
    get(name) {
      const found = row(name)
      return found && toOperator(found)
    },
    async verify(name, password) {
      const found = row(name)
      // Checking against a decoy keeps the time of the answer from telling which names exist.
      decoy ??= hashPassword(generatePassword())
      const right = await verifyPassword(found?.hash ?? (await decoy), password)
      return found && right ? toOperator(found) : undefined
    },
    async changePassword(name, next) {
      const found = row(name)
      if (!found) return false
      if ([...next].length < minimumPasswordLength || next.length > maximumPasswordLength) return false
      if (await verifyPassword(found.hash, next)) return false
      update.run(await hashPassword(next), 0, clock.now(), name)
      return true
    },
    async reset(name) {
      if (!row(name)) return undefined
      const password = generatePassword()
      update.run(await hashPassword(password), 1, clock.now(), name)
      return password
    }
  }
}

import type { DeviceRegister, Health, Journal, ReplayAnswer } from '@city-brain/model'
import type { Identity, RecordAction } from '../http/app.ts'
import { readDeadLetters } from '../http/routes/operation-routes.ts'
import { firstOperator } from '../identity/operators.ts'
import { ControlFault, type ControlHandlers } from './control-messages.ts'

/** Whoever uses the socket has the owner's rights on this machine; in the journal that is this name. */
const actor = 'console'

/** What the running city does for the `city-brain` command. */
export function createControlHandlers({
  journal,
  health,
  identity,
  record,
  replay,
  register,
  ingest
}: {
  journal: Journal
  health: () => Health
  identity: Identity
  record: RecordAction
  replay: (offsets: readonly number[]) => Promise<ReplayAnswer['replayed']>
  register: DeviceRegister
  ingest: { disconnect(device: string): void }
}): ControlHandlers {
  const registered = new Set([...(register.devices ?? []), ...(register.gateways ?? [])].map(({ id }) => id))
  return {
    health: async () => health(),
    async 'operator-reset'({ name = firstOperator }) {
      const password = await identity.operators.reset(name)
      if (password === undefined) throw new ControlFault(unknownOperator(name, identity.operators.names()))
      identity.sessions.endAll(name)
      await record({ action: 'operator-reset', operator: actor, subject: name })
      return { name, password }
    },
    async 'device-secret'({ device }) {
      if (!registered.has(device)) throw new ControlFault(`There is no device ${device} in devices.yaml.`)
      const secret = identity.deviceSecrets.renew(device)
      // Whoever is connected with the old secret is not any more.
      ingest.disconnect(device)
      await record({ action: 'device-secret', operator: actor, subject: device })
      return { device, secret }
    },
    'dead-letters': (ask) => readDeadLetters(journal, ask),
    async 'dead-letters-replay'({ offsets, code }) {
      const chosen =
        offsets ?? (await readDeadLetters(journal, { limit: 1_000, code })).deadLetters.map((one) => one.offset)
      const [first] = chosen
      if (first === undefined) return { replayed: [] }
      await record({ action: 'dead-letter-replay', operator: actor, detail: { count: chosen.length, first } })
      // In the order in which they came.
      return { replayed: await replay([...chosen].sort((a, b) => a - b)) }
    }
  }
}

export function unknownOperator(name: string, names: readonly string[]): string {
  return `There is no operator ${name}. ${names.length > 0 ? `There is: ${names.join(', ')}.` : 'There is none yet.'}`
}

import type { Health, HistoryStore, Journal, ReplayAnswer } from '@city-brain/model'
import type { Identity, RecordAction } from '../http/app.ts'
import { readDeadLetters } from '../http/read-dead-letters.ts'
import { firstOperator } from '../identity/operators.ts'
import type { Claims } from '../registry/claims.ts'
import type { Devices } from '../registry/devices.ts'
import type { ImportAssets } from '../registry/import/import-assets.ts'
import { RegistryFault } from '../registry/registry-fault.ts'
import { ControlFault, type ControlHandlers } from './control-messages.ts'

/** Whoever uses the socket has the owner's rights on this machine; in the journal that is this name. */
const actor = 'console'

/** What the running city does for the `city-brain` command. */
export function createControlHandlers({
  journal,
  history,
  health,
  identity,
  record,
  replay,
  devices,
  claims,
  importAssets
}: {
  journal: Journal
  history: HistoryStore
  health: () => Health
  identity: Identity
  record: RecordAction
  replay: (offsets: readonly number[]) => Promise<ReplayAnswer['replayed']>
  devices: Devices
  claims: Claims
  importAssets: ImportAssets
}): ControlHandlers {
  return {
    health: async () => health(),
    async 'copy-history'({ file }) {
      const checkpoint = await history.copyTo?.(file)
      return checkpoint ? { checkpoint } : {}
    },
    async 'operator-reset'({ name = firstOperator }) {
      const password = await identity.operators.reset(name)
      if (password === undefined) throw new ControlFault(unknownOperator(name, identity.operators.names()))
      identity.sessions.endAll(name)
      await record({ action: 'operator-reset', operator: actor, subject: name })
      return { name, password }
    },
    'device-secret': ({ device }) =>
      said(async () => {
        const { id, secret } = await devices.rotate(device, actor)
        return { device: id, secret }
      }),
    'device-list': async (ask) => devices.list(ask),
    'device-add': ({ device }) => said(() => devices.add(device, actor)),
    'device-revoke': ({ device }) =>
      said(async () => {
        await devices.revoke(device, actor)
        return { device }
      }),
    'claim-key': (wanted) => said(() => claims.create(wanted, actor)),
    'claim-keys': async () => ({ claimKeys: claims.list() }),
    'claim-key-revoke': ({ id }) =>
      said(async () => {
        await claims.revoke(id, actor)
        return { id }
      }),
    'import-assets': ({ format, content, dryRun }) =>
      importAssets({ format, bytes: Buffer.from(content, 'base64'), dryRun }, actor),
    'dead-letters': (ask) => readDeadLetters(journal, ask),
    async 'dead-letters-replay'({ offsets, code }) {
      const chosen = offsets ?? (await newestOf(journal, code))
      const [first] = chosen
      if (first === undefined) return { replayed: [] }
      await record({ action: 'dead-letter-replay', operator: actor, detail: { count: chosen.length, first } })
      // In the order in which they came.
      return { replayed: await replay([...chosen].sort((a, b) => a - b)) }
    }
  }
}

/** Offsets of the newest dead letters of a code, at most 1,000. */
async function newestOf(journal: Journal, code: string | undefined): Promise<number[]> {
  const most = 1_000
  const offsets: number[] = []
  let before: number | undefined
  do {
    const { deadLetters, next } = await readDeadLetters(journal, {
      limit: most - offsets.length,
      ...(code === undefined ? {} : { code }),
      ...(before === undefined ? {} : { before })
    })
    offsets.push(...deadLetters.map(({ offset }) => offset))
    before = next
  } while (before !== undefined && offsets.length < most)
  return offsets
}

/** A fault of the registry is a fault of the command, in the same words. */
async function said<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof RegistryFault ? new ControlFault(error.message) : error
  }
}

export function unknownOperator(name: string, names: readonly string[]): string {
  return `There is no operator ${name}. ${names.length > 0 ? `There is: ${names.join(', ')}.` : 'There is none yet.'}`
}

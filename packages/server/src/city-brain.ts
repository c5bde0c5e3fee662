import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { isEntityId, systemClock } from '@city-brain/model'
import { commandOptions, refuseForeignOptions } from './command-line/command-options.ts'
import { print, printable, running, whole } from './command-line/command-output.ts'
import {
  addDevice,
  listClaimKeys,
  listDevices,
  makeClaimKey,
  revokeClaimKey,
  revokeDevice,
  rotateDevice
} from './command-line/device-commands.ts'
import { importCommand } from './command-line/import-command.ts'
import { askCity, NoCityRuns } from './control/control-client.ts'
import { unknownOperator } from './control/control-handlers.ts'
import { ControlFault } from './control/control-messages.ts'
import { controlPath } from './control/control-path.ts'
import { createDeviceSecrets } from './identity/device-secrets.ts'
import { type IdentityDatabase, openIdentityDatabase } from './identity/identity-database.ts'
import { createOperators, firstOperator } from './identity/operators.ts'
import { createSessions } from './identity/sessions.ts'
import { StartFault } from './start-fault.ts'

// As the city's process: what it writes is its owner's alone.
process.umask(0o077)

const usage = `Usage: npm run city-brain -- COMMAND [--data DIR]

  operator reset [NAME]            a new password for an operator, printed once (default: ${firstOperator})
  device list                      devices and gateways, and how they are
  device add ID --area A --domain D [--entities E,F] [--profile P] [--interval SECONDS] [--subject NAME]
                                   registers a device; its secret is printed once
  device rotate ID                 a new secret for a device or gateway, printed once
  device revoke ID                 ends its secret and its connections, for good
  device secret ID                 as rotate; also while no city runs
  device claim-key --area A --domain D [--profile P] [--count N] [--days N] [--prefix ID-PREFIX]
                                   a key with which N devices can be claimed, printed once
  device claim-keys                claim keys and what remains of them
  device revoke-claim-key ID       nothing can be claimed with it any more
  import assets FILE [--dry-run]   containers from .csv or .xlsx, assets from .geojson
  dead-letters [--code C] [--limit N] [--before OFFSET]
                                   what was received and not accepted, newest first
  dead-letters replay OFFSET...    try these again, after the registry or a feed was mended
  dead-letters replay --code C     try those of a code again (at most 1,000)
  health                           how the running city is
  feeds try FILE [--topic T] [--city DIR]
                                   what becomes of the messages on standard input, one a line: a dry run, no city needed
  backup DIR                       a consistent copy of the data folder, while the city runs or not
  restore FROM                     puts a backup into an empty data folder
  journal check                    what is in the journal, and what of it is damaged (exit code 0, 1, or 2: unreadable)
  journal salvage                  a new journal of all that can be read of a damaged one, which is kept beside it
  history rebuild [--anew]         makes the history fit the journal again

It talks to the city that runs on the data folder (default: data). operator reset and device secret also work while none
runs.`

/** The `city-brain` command. Prints to standard output; a fault is one line on standard error and exit code 1 (2 of a check). */
async function cityBrain(args: readonly string[]): Promise<void> {
  const { values, positionals } = read(args)
  if (values.help || positionals.length === 0) return print(usage)
  refuseForeignOptions(positionals, values)
  if (['journal', 'history', 'backup', 'restore'].includes(positionals[0] ?? '')) {
    const { runCareCommand } = await import('./care/run-care-command.ts')
    process.exitCode = await runCareCommand(positionals, values, print)
    return
  }
  if (positionals[0] === 'feeds') return tryFeedFile(positionals.slice(1), values)
  const data = resolve(values.data ?? 'data')
  const folder = await realpath(data).catch(() => {
    throw new ControlFault(`There is no data folder ${data}. Start the city first, or say --data DIR.`)
  })
  const path = controlPath(folder)
  const [command, action, ...rest] = positionals
  switch (`${command} ${action ?? ''}`.trim()) {
    case 'operator reset':
      return resetOperator(path, folder, only(rest, 'NAME'))
    case 'device secret':
      return renewSecret(path, folder, only(rest, 'ID'))
    case 'device list':
      return listDevices(path)
    case 'device add':
      return addDevice(path, only(rest, 'ID'), values)
    case 'device rotate':
      return rotateDevice(path, only(rest, 'ID'))
    case 'device revoke':
      return revokeDevice(path, only(rest, 'ID'))
    case 'device claim-key':
      return makeClaimKey(path, values)
    case 'device claim-keys':
      return listClaimKeys(path)
    case 'device revoke-claim-key':
      return revokeClaimKey(path, only(rest, 'ID'))
    case 'import assets':
      return importCommand(path, only(rest, 'FILE'), values['dry-run'] ?? false)
    case 'dead-letters':
      return listDeadLetters(path, values)
    case 'dead-letters replay':
      return replayDeadLetters(path, rest, values.code)
    case 'health':
      return print(JSON.stringify(await running(askCity(path, 'health', {})), null, 2))
    default:
      throw new ControlFault(`There is no command ${positionals.join(' ')}. Run with --help to see what there is.`)
  }
}

async function resetOperator(path: string, folder: string, name = firstOperator): Promise<void> {
  const { password } = await askOrOpen(askCity(path, 'operator-reset', { name }), folder, async (database) => {
    const operators = createOperators({ database, clock: systemClock })
    const made = await operators.reset(name)
    if (made === undefined) throw new ControlFault(unknownOperator(name, operators.names()))
    createSessions({ database, clock: systemClock }).endAll(name)
    return { name, password: made }
  })
  print(
    `Operator  ${name}\nPassword  ${password}\nIt must be changed at the next sign-in. All sessions of ${name} have ended.`
  )
}

async function renewSecret(path: string, folder: string, device: string | undefined): Promise<void> {
  if (device === undefined) throw new ControlFault('Say which device: device secret ID.')
  if (!isEntityId(device)) throw new ControlFault(`${device} is no id of a device.`)
  // Without a running city nobody knows its devices.yaml; a secret of a device that is not in it opens nothing.
  const { secret } = await askOrOpen(askCity(path, 'device-secret', { device }), folder, async (database) => ({
    device,
    secret: createDeviceSecrets({ database, clock: systemClock }).renew(device)
  }))
  print(`Device  ${device}\nSecret  ${secret}\nIt is shown only now. The secret before it no longer works.`)
}

/** A dry run of a feed. Nothing of a city is loaded before it is asked for: the other commands answer at once. */
async function tryFeedFile(
  [action, file, ...rest]: readonly string[],
  { topic, city }: { topic?: string; city?: string }
): Promise<void> {
  if (action !== 'try' || file === undefined || rest.length > 0) {
    throw new ControlFault('Say which: feeds try FILE [--topic T] [--city DIR] < messages.')
  }
  const { tryFeed } = await import('./feed-trial/try-feed.ts')
  const lines = linesOf(process.stdin)
  const given = { ...(topic === undefined ? {} : { topic }), ...(city === undefined ? {} : { city: resolve(city) }) }
  if (!(await tryFeed({ file, ...given, lines, clock: systemClock, print }))) process.exitCode = 1
}

/** Reads only when it is asked for: readline passes over what comes before somebody listens. */
async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
}

async function listDeadLetters(
  path: string,
  values: { code?: string; limit?: string; before?: string }
): Promise<void> {
  const { code, limit, before } = values
  const answer = await running(
    askCity(path, 'dead-letters', {
      limit: whole('--limit', limit ?? '50'),
      ...(code === undefined ? {} : { code }),
      ...(before === undefined ? {} : { before: whole('--before', before) })
    })
  )
  if (answer.deadLetters.length === 0) print('There are no dead letters.')
  for (const letter of answer.deadLetters) {
    const where = [letter.code, letter.path].filter(Boolean).join(' ')
    print(
      printable(
        `${letter.offset}  ${letter.receivedAt}  ${letter.device}  ${letter.topic}  ${where}: ${letter.message}`
      )
    )
  }
  if (answer.next !== undefined) print(`Older ones: --before ${answer.next}`)
}

async function replayDeadLetters(path: string, offsets: readonly string[], code: string | undefined): Promise<void> {
  if ((offsets.length === 0) === (code === undefined)) {
    throw new ControlFault('Say which: dead-letters replay OFFSET... or dead-letters replay --code C.')
  }
  const ask = code === undefined ? { offsets: offsets.map((offset) => whole('OFFSET', offset)) } : { code }
  const { replayed } = await running(askCity(path, 'dead-letters-replay', ask))
  for (const one of replayed) {
    print(printable([one.offset, one.outcome, one.code, one.message].filter(Boolean).join('  ')))
  }
  print(`${replayed.filter(({ outcome }) => outcome === 'accepted').length} of ${replayed.length} accepted.`)
}

/** Asks the running city; where none runs, opens its identities here. */
async function askOrOpen<T>(
  asked: Promise<T>,
  folder: string,
  offline: (database: IdentityDatabase) => Promise<T>
): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof NoCityRuns)) throw error
  }
  if (!existsSync(join(folder, 'identity.db'))) throw new ControlFault(`No city was ever started on ${folder}.`)
  const database = openIdentityDatabase(folder)
  try {
    return await offline(database)
  } finally {
    database.close()
  }
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: commandOptions
    })
  } catch (error) {
    throw new ControlFault(`${(error as Error).message.split('. ')[0]}. Run with --help to see what there is.`)
  }
}

function only(rest: readonly string[], what: string): string | undefined {
  if (rest.length > 1) throw new ControlFault(`Only one ${what} is taken here.`)
  return rest[0]
}

const args = process.argv.slice(2)
await cityBrain(args).catch((error: Error) => {
  process.stderr.write(
    `${error instanceof ControlFault || error instanceof StartFault ? error.message : (error.stack ?? error.message)}\n`
  )
  // Of a check, 1 says that the journal is damaged.
  process.exitCode = args.join(' ').includes('journal check') ? 2 : 1
})

import { ControlFault } from '../control/control-messages.ts'

/** What may stand behind two dashes. */
export const commandOptions = {
  data: { type: 'string' },
  code: { type: 'string' },
  limit: { type: 'string' },
  topic: { type: 'string' },
  city: { type: 'string' },
  before: { type: 'string' },
  area: { type: 'string' },
  domain: { type: 'string' },
  entities: { type: 'string' },
  profile: { type: 'string' },
  interval: { type: 'string' },
  subject: { type: 'string' },
  count: { type: 'string' },
  days: { type: 'string' },
  prefix: { type: 'string' },
  'dry-run': { type: 'boolean' },
  anew: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

export type CommandOptions = {
  [Name in keyof typeof commandOptions]?: (typeof commandOptions)[Name]['type'] extends 'boolean' ? boolean : string
}

type OptionName = keyof typeof commandOptions

/** What each command takes, beside `--data` and `--help`. */
const optionsOf: Record<string, readonly OptionName[]> = {
  'operator reset': [],
  'device list': [],
  'device add': ['area', 'domain', 'entities', 'profile', 'interval', 'subject'],
  'device rotate': [],
  'device revoke': [],
  'device secret': [],
  'device claim-key': ['area', 'domain', 'profile', 'count', 'days', 'prefix'],
  'device claim-keys': [],
  'device revoke-claim-key': [],
  'import assets': ['dry-run'],
  'dead-letters': ['code', 'limit', 'before'],
  'dead-letters replay': ['code'],
  health: [],
  'feeds try': ['topic', 'city'],
  backup: [],
  restore: [],
  'journal check': [],
  'journal salvage': [],
  'history rebuild': ['anew']
}

/** Refuses an option that the command would ignore: whoever gave it expects something of it. */
export function refuseForeignOptions([word = '', action = '']: readonly string[], given: CommandOptions): void {
  const command = [`${word} ${action}`, word].find((name) => Object.hasOwn(optionsOf, name))
  // A command that there is not is told as such.
  if (command === undefined) return
  const taken: readonly string[] = ['data', 'help', ...(optionsOf[command] ?? [])]
  const foreign = Object.keys(given).filter((name) => !taken.includes(name))
  if (foreign.length === 0) return
  const names = foreign.map((name) => `--${name}`).join(', ')
  throw new ControlFault(`${command} takes no ${names}. Run with --help to see what there is.`)
}

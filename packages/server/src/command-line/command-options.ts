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

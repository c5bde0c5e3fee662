import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const page = readFileSync(join(import.meta.dirname, '../../docs/external-broker.md'), 'utf8')

/** The `conf` blocks of the page, in their order: mosquitto's configuration and its access list. */
export function readExample(): { configuration: string[]; access: string } {
  const blocks = [...page.matchAll(/```conf\n([^`]*)```/g)].map((match) => match[1] as string)
  const [configuration, access] = blocks
  if (configuration === undefined || access === undefined || blocks.length !== 2) {
    throw new Error('docs/external-broker.md has not two blocks of configuration')
  }
  return { configuration: configuration.split('\n').filter((line) => line !== '' && !line.startsWith('#')), access }
}

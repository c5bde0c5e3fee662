import { NoCityRuns } from '../control/control-client.ts'
import { ControlFault } from '../control/control-messages.ts'

/** What a device or a file wrote, as one line: its control characters could clear the screen, or forge a line of ours. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** For what only a running city can do. */
export async function running<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    throw error instanceof NoCityRuns ? new ControlFault('No city runs on this data folder; this needs one.') : error
  })
}

export function whole(what: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new ControlFault(`${what} must be a whole number, not ${text}.`)
  return Number(text)
}

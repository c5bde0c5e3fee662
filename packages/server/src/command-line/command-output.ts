import { NoCityRuns } from '../control/control-client.ts'
import { ControlFault } from '../control/control-messages.ts'

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

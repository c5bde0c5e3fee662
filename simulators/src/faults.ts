/** Faults on request: what a device of the simulation does wrong, over MQTT like everything else. */
export type Fault =
  | { kind: 'silence' | 'stuck' | 'garbage' | 'duplicates'; id: string }
  /** Its clock is so many seconds ahead (or behind, where negative). */
  | { kind: 'clock-skew'; id: string; seconds: number }
  /** It loses its connection without a word every so many seconds. */
  | { kind: 'disconnect'; id: string; seconds: number }

export const faultsUsage = `silence:ID  stuck:ID  garbage:ID  duplicates:ID  clock-skew:ID:+SECONDS  disconnect:ID[:SECONDS]
  ID is an entity (det-012) or a device (cab-oldtown-1); several are separated by commas.`

/** Reads `silence:det-012,clock-skew:cab-oldtown-1:+3600`. @throws Error that names what is wrong, in one line */
export function parseFaults(text: string, known: ReadonlySet<string>): Fault[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => parseFault(part.trim(), known))
}

function parseFault(text: string, known: ReadonlySet<string>): Fault {
  const [kind, id, amount, ...more] = text.split(':')
  if (!id || more.length > 0) throw new Error(`--faults: "${text}" is not KIND:ID or KIND:ID:SECONDS`)
  if (!known.has(id)) throw new Error(`--faults: there is no entity or device "${id}" in this city`)
  switch (kind) {
    case 'silence':
    case 'stuck':
    case 'garbage':
    case 'duplicates':
      if (amount !== undefined) throw new Error(`--faults: ${kind} takes no seconds ("${text}")`)
      return { kind, id }
    case 'clock-skew':
      return { kind, id, seconds: secondsOf(amount, text) }
    case 'disconnect': {
      const seconds = amount === undefined ? 60 : secondsOf(amount, text)
      if (seconds < 1) throw new Error(`--faults: disconnect needs at least a second ("${text}")`)
      return { kind, id, seconds }
    }
    default:
      throw new Error(
        `--faults: there is no fault "${kind}"; there are silence, stuck, garbage, duplicates, clock-skew, disconnect`
      )
  }
}

function secondsOf(amount: string | undefined, text: string): number {
  if (amount === undefined || !/^[+-]?\d+$/.test(amount))
    throw new Error(`--faults: "${text}" needs whole seconds, e.g. +3600`)
  return Number(amount)
}

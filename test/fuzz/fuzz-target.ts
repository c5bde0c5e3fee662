/** What one target found. `faults` says what went wrong, with the input that did it; no faults, no crashes. */
export type FuzzResult = {
  target: string
  /** Malformed inputs that it was given. */
  inputs: number
  /** Inputs that ended a process, threw where nothing may throw, or were answered with a failure of the server. */
  crashes: number
  /** MQTT messages that were acknowledged, and those of them that were found again: as a reading, dead letter or in a count. */
  acknowledged: number
  found: number
  lost: number
  peakMegabytes: number
  faults: string[]
}

export type FuzzRun = {
  inputs: number
  seed: number
  /** Temporary folder of this target alone. */
  folder: string
}

export type FuzzTarget = (run: FuzzRun) => Promise<FuzzResult>

/** The first so many faults are told in full, and of those that begin alike only a few. */
const toldFaults = 20
const toldAlike = 2

/** Gathers what goes wrong, one line each, with the input as JSON that can go into the corpus. */
export function createFaults() {
  const faults: string[] = []
  const alike = new Map<string, number>()
  let count = 0
  return {
    add(what: string, input: unknown): void {
      count++
      const begin = what.slice(0, 40)
      alike.set(begin, (alike.get(begin) ?? 0) + 1)
      if (faults.length < toldFaults && (alike.get(begin) ?? 0) <= toldAlike)
        faults.push(`${what} :: ${JSON.stringify(input).slice(0, 2_000)}`)
    },
    get count() {
      return count
    },
    faults
  }
}

/** An input's bytes as text where they are short, for a fault's line. */
export function shown(bytes: Uint8Array): string {
  return `${bytes.length} bytes, hex ${Buffer.from(bytes.subarray(0, 600)).toString('hex')}`
}

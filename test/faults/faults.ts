import { killNine } from './kill-nine.ts'
import { sigterm } from './sigterm.ts'
import type { Fault } from './support/fault.ts'

/** The suite, in the order in which it runs. */
export const faults: readonly Fault[] = [killNine, sigterm]

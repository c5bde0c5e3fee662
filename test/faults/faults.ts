import { killNine } from './kill-nine.ts'
import type { Fault } from './support/fault.ts'

/** The suite, in the order in which it runs. */
export const faults: readonly Fault[] = [killNine]

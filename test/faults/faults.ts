import { backupRestore } from './backup-restore.ts'
import { clockJumps } from './clock-jumps.ts'
import { historyFull } from './history-full.ts'
import { influxAway } from './influx-away.ts'
import { influxRefuses } from './influx-refuses.ts'
import { journalDamaged } from './journal-damaged.ts'
import { journalFull } from './journal-full.ts'
import { killNine } from './kill-nine.ts'
import { sigterm } from './sigterm.ts'
import { slowClients } from './slow-clients.ts'
import type { Fault } from './support/fault.ts'

/** The suite, in the order in which it runs. */
export const faults: readonly Fault[] = [
  killNine,
  sigterm,
  journalDamaged,
  backupRestore,
  slowClients,
  clockJumps,
  journalFull,
  historyFull,
  influxAway,
  influxRefuses
]

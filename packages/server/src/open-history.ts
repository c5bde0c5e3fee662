import { openDuckDbHistory, openInfluxHistory } from '@city-brain/history'
import type { Clock, HistoryStore } from '@city-brain/model'
import type { Environment } from './environment.ts'
import { createHistoryCheckpointFile } from './history-checkpoint-file.ts'
import type { Log } from './log.ts'
import type { Options } from './options.ts'
import { StartFault } from './start-fault.ts'

/** The history store that the options ask for. What only an operator can mend is a fault of the start. */
export async function openHistory({
  options,
  environment,
  folder,
  historyDays,
  clock,
  log
}: {
  options: Options
  environment: Environment
  folder: string
  historyDays: number
  clock: Clock
  log: Log
}): Promise<HistoryStore> {
  try {
    if (options.history === 'duckdb') return await openDuckDbHistory({ folder, retentionDays: historyDays, clock, log })
    const { bucket = 'city-brain', organisation, token, username, password } = environment.influx
    const url = options.influxUrl ?? ''
    return await openInfluxHistory({
      url,
      bucket,
      organisation,
      token,
      username,
      password,
      retentionDays: historyDays,
      checkpoints: createHistoryCheckpointFile(folder, { url, bucket, organisation }),
      clock,
      log
    })
  } catch (error) {
    throw new StartFault(`The history store cannot be opened: ${(error as Error).message}`)
  }
}

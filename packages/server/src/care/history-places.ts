import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { adoptDuckDbEpoch, readDuckDbCheckpoint } from '@city-brain/history'
import type { EarlierEpoch, StorePlace } from '@city-brain/journal'
import type { HistoryCheckpoint } from '@city-brain/model'
import { readCheckpoint, writeCheckpointFile } from '../history-checkpoint-file.ts'

/** Where a history of the data folder stands, while no city runs. */
export type HistoryPlace = {
  /** As it is called in what people read. */
  who: string
  /** Absent where nothing was ever written. */
  checkpoint?: HistoryCheckpoint
  /** Why it cannot be read. */
  fault?: string
  /** Lets it go on with a journal of another epoch from where it stands. */
  adopt(epoch: string): Promise<void>
  /** Moves what is kept of it here away, so that it is written anew. Returns where to. */
  moveAway(now: number): string
}

/**
 * The histories that the data folder knows of: DuckDB's file and the checkpoint of each InfluxDB.
 * @param held a city runs on it, which has DuckDB's file for itself
 */
export async function readHistoryPlaces(data: string, held = false): Promise<HistoryPlace[]> {
  const folder = join(data, 'history')
  const places: HistoryPlace[] = []
  const file = join(folder, 'history.duckdb')
  if (existsSync(file)) {
    places.push({
      who: 'The history in DuckDB',
      ...(held ? { fault: 'the running city has it open' } : await attempt(() => readDuckDbCheckpoint(folder))),
      adopt: (epoch) => adoptDuckDbEpoch(folder, epoch),
      moveAway(now) {
        const to = join(folder, `history-before-${stamp(now)}.duckdb`)
        renameSync(file, to)
        if (existsSync(`${file}.wal`)) renameSync(`${file}.wal`, `${to}.wal`)
        return to
      }
    })
  }
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    if (!/^influx-[0-9a-f]+\.json$/.test(name)) continue
    const path = join(folder, name)
    const found = await attempt(async () => readCheckpoint(path, readFileSync(path, 'utf8')))
    places.push({
      who: `The history in InfluxDB (${name})`,
      ...found,
      async adopt(epoch) {
        if (found.checkpoint) await writeCheckpointFile(path, { ...found.checkpoint, epoch })
      },
      moveAway(now) {
        renameSync(path, `${path}.before-${stamp(now)}`)
        return `${path}.before-${stamp(now)}`
      }
    })
  }
  return places
}

/** As the journal wants to know of them. */
export function storePlaces(places: readonly HistoryPlace[]): StorePlace[] {
  return places.flatMap(({ who, checkpoint }) =>
    checkpoint
      ? [{ who, epoch: checkpoint.epoch, offset: checkpoint.offset, settled: checkpoint.stored + checkpoint.refused }]
      : []
  )
}

/** How a history stands to a journal: it fits, it may go on once it is told the new epoch, or it is of another journal. */
export function fitOf(
  { epoch, offset }: HistoryCheckpoint,
  journal: { epoch: string | undefined; earlier: readonly EarlierEpoch[]; head: number }
): 'fits' | 'adoptable' | 'stranger' {
  if (epoch === journal.epoch) return offset <= journal.head ? 'fits' : 'stranger'
  return journal.earlier.some((one) => one.epoch === epoch && offset <= one.through) ? 'adoptable' : 'stranger'
}

async function attempt(
  read: () => Promise<HistoryCheckpoint | undefined>
): Promise<{ checkpoint?: HistoryCheckpoint; fault?: string }> {
  try {
    const checkpoint = await read()
    return checkpoint ? { checkpoint } : {}
  } catch (error) {
    return { fault: (error as Error).message }
  }
}

/** A moment as it stands in names of files. */
export function stamp(now: number): string {
  return new Date(now).toISOString().replaceAll(/[:.]/g, '')
}

import type { Asset } from '@city-brain/model'

/** One asset of a file with what the file says of its device and the names of the places in it. */
export type ImportedAsset = {
  row: number
  /**
   * Places at which it has faults by itself, told already. Where there is one, `asset` has the form of an asset at the other
   * places only, and is never applied: it is looked at so that all faults of a row come in one report.
   */
  faultsAt: readonly string[]
  asset: Asset
  /** The device that reports it. Absent: the file says nothing of it. */
  device?: string
  profile?: string
  /** What a fault's `column` is called in this file. */
  columns: { id: string; area: string; longitude: string; latitude: string; device: string }
}

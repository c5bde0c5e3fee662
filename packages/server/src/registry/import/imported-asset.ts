import type { Asset } from '@city-brain/model'

/** One asset of a file, correct by itself, with what the file says of its device and the names of the places in it. */
export type ImportedAsset = {
  row: number
  asset: Asset
  /** The device that reports it. Absent: the file says nothing of it. */
  device?: string
  profile?: string
  /** What a fault's `column` is called in this file. */
  columns: { id: string; area: string; longitude: string; latitude: string; device: string }
}

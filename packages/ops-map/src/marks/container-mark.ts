import type { LatestEntity } from '@city-brain/model'

export type ContainerState = 'low' | 'half' | 'full' | 'fire' | 'stale' | 'unknown'
export type ContainerMark = {
  state: ContainerState
  /** 0 to 1, as last reported. */
  filling?: number
  /** `63 %`; empty where nothing was reported. */
  label: string
}

/** What the map says of a container: stronger from 50 %, again from 80 %; burning before all else; silent is hollow. */
export function containerMark(reading: LatestEntity | undefined): ContainerMark {
  if (!reading) return { state: 'unknown', label: '' }
  const { fillingLevel, status } = reading.values
  const filling = typeof fillingLevel === 'number' ? fillingLevel : undefined
  const rest = {
    label: filling === undefined ? '' : `${Math.round(filling * 100)} %`,
    ...(filling === undefined ? {} : { filling })
  }
  if (status === 'burning') return { state: 'fire', ...rest }
  if (reading.stale || reading.unreliable?.length) return { state: 'stale', ...rest }
  if (filling === undefined) return { state: 'unknown', ...rest }
  return { state: filling >= 0.8 ? 'full' : filling >= 0.5 ? 'half' : 'low', ...rest }
}

import { useCallback } from 'react'
import { formatAge } from '../format/age.ts'
import { formatNumber } from '../format/number.ts'
import { useTexts } from '../i18n/use-texts.ts'
import { containerMark } from '../marks/container-mark.ts'
import { parkingMark } from '../marks/parking-mark.ts'
import { signalMark } from '../marks/signal-mark.ts'
import { trafficOfLink } from '../marks/traffic-level.ts'
import { useParts } from './app/console-parts.ts'

/** A mark in words: its name, and in one line what it says now. */
export function useMarkText(): (id: string) => string[] {
  const { index, store } = useParts()
  const { t, shared, language, local } = useTexts('console')
  return useCallback(
    (id) => {
      const cluster = /^cluster:(\d+)$/.exec(id)
      if (cluster) return [t('mark.cluster', { count: Number(cluster[1]) })]
      const asset = index.assets.get(id)
      if (!asset) return [id]
      const { entities, signals } = store.shown()
      const reading = entities.get(id)
      const age = reading ? formatAge(shared, store.now() - Date.parse(reading.dateObserved)) : shared('age.never')
      const name = local(asset.properties.name)
      switch (asset.properties.kind) {
        case 'parkingSite': {
          const { state, available, total } = parkingMark(reading, asset.properties.totalSpotNumber)
          const free = available === undefined ? '' : `${t('parking.free', { count: available })} `
          const of = total === undefined ? '' : `${t('parking.of', { total: formatNumber(total, language) })} · `
          return [name, `${state === 'free' ? free + of : `${t(`parking.state.${state}`)} · `}${age}`]
        }
        case 'container': {
          const { state, label } = containerMark(reading)
          return [name, [label, t(`container.state.${state}`), age].filter(Boolean).join(' · ')]
        }
        case 'intersection':
          return [name, t(`signal.standing.${signalMark(signals.get(id), index.signalOf.get(id)).standing}`)]
        case 'roadSegment': {
          const readings = index.detectorsOfLink.get(id)?.map((detector) => entities.get(detector)) ?? []
          const { level, speed, stale } = trafficOfLink(asset.properties.freeFlowSpeed, readings)
          const words = stale ? t('level.stale') : t(`level.${level}`)
          return [name, speed === undefined ? words : `${words} · ${formatNumber(speed, language)} km/h`]
        }
        default:
          return [name, `${id} · ${age}`]
      }
    },
    [index, store, t, shared, language, local]
  )
}

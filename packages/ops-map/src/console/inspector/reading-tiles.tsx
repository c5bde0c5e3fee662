import type { LatestEntity } from '@city-brain/model'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { parkingMark } from '../../marks/parking-mark.ts'
import { useParts } from '../app/console-parts.ts'
import { useCity } from '../app/use-city.ts'
import { Tile } from './tile.tsx'
import { useValueText } from './use-value-text.ts'

const firstAttributes: Record<LatestEntity['type'], readonly string[]> = {
  TrafficFlowObserved: ['occupancy', 'intensity', 'averageVehicleSpeed'],
  OffStreetParking: ['availableSpotNumber', 'occupancy', 'totalSpotNumber'],
  OnStreetParking: ['availableSpotNumber', 'occupiedSpotNumber', 'totalSpotNumber'],
  ParkingSpot: ['status'],
  WasteContainer: ['fillingLevel', 'temperature', 'batteryLevel']
}

/** The three numbers that matter most of an entity; hollow where they are too old or odd. */
export function ReadingTiles({ id }: { id: string }) {
  const { index } = useParts()
  const { t, language } = useTexts('console')
  const { show, name } = useValueText()
  const reading = useCity(({ entities }) => entities.get(id))
  if (!reading) return null
  const hollow = reading.stale || (reading.unreliable?.length ?? 0) > 0
  const properties = index.assets.get(id)?.properties
  const tiles = firstAttributes[reading.type].flatMap((attribute) => {
    if (attribute === 'intensity' && properties?.kind === 'detector') {
      const counted = reading.values.intensity
      if (typeof counted !== 'number') return []
      const flow = formatNumber((counted * 3_600) / properties.period, language)
      return [<Tile key={attribute} value={flow} unit={t('unit.veh/h')} label={t('attribute.flow')} hollow={hollow} />]
    }
    if (attribute === 'availableSpotNumber' && properties?.kind === 'parkingSite') {
      const mark = parkingMark(reading, properties.totalSpotNumber)
      if (mark.available === undefined) return []
      const label =
        mark.total === undefined ? name(attribute) : t('parking.freeOf', { total: formatNumber(mark.total, language) })
      return [<Tile key={attribute} value={formatNumber(mark.available, language)} label={label} hollow={hollow} />]
    }
    const value = reading.values[attribute]
    if (value === undefined) return []
    const { text, unit } = show(reading.type, attribute, value)
    return [<Tile key={attribute} value={text} unit={unit} label={name(attribute)} hollow={hollow} />]
  })
  return <div className="tiles">{tiles}</div>
}

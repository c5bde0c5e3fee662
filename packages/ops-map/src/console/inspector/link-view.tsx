import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { delayOf, lengthOf, trafficOfLink } from '../../marks/traffic-level.ts'
import { useParts } from '../app/console-parts.ts'
import { useCityList } from '../app/use-city.ts'
import { Tile } from './tile.tsx'

/** A road: its speed against free flow, its flow, and what that costs. */
export function LinkView({ id }: { id: string }) {
  const { index, ui } = useParts()
  const { t, language, local } = useTexts('console')
  const asset = index.assets.get(id)
  const road = asset?.properties.kind === 'roadSegment' ? asset.properties : undefined
  const traffic = useCityList(
    ({ entities }) =>
      trafficOfLink(
        road?.freeFlowSpeed ?? 50,
        index.detectorsOfLink.get(id)?.map((detector) => entities.get(detector)) ?? [],
        (detector) => {
          const properties = index.assets.get(detector)?.properties
          return properties?.kind === 'detector' ? properties.period : undefined
        }
      ),
    ['entities'],
    500
  )
  if (!road) return null
  const { speed, flow, level, stale } = traffic
  const length = asset?.geometry?.type === 'LineString' ? lengthOf(asset.geometry.coordinates) : undefined
  const ends = [road.from, road.to].flatMap((end) => (end === undefined ? [] : [end]))
  return (
    <>
      <p className={`level ${level}`}>{stale ? t('level.stale') : t(`level.${level}`)}</p>
      <div className="tiles">
        {speed !== undefined && (
          <Tile
            value={formatNumber(speed, language)}
            unit="km/h"
            label={t('link.free', { speed: formatNumber(road.freeFlowSpeed, language) })}
          />
        )}
        {flow !== undefined && (
          <Tile value={formatNumber(flow, language)} unit={t('unit.veh/h')} label={t('attribute.flow')} />
        )}
        {speed !== undefined && length !== undefined && (
          <Tile
            value={formatNumber(delayOf(length, speed, road.freeFlowSpeed), language)}
            unit="s"
            label={t('link.delay')}
          />
        )}
      </div>
      <div className="links">
        {ends.map((end) => {
          const there = index.assets.get(end)
          return there ? (
            <button key={end} type="button" className="button small" onClick={() => ui.select(end)}>
              {local(there.properties.name)}
            </button>
          ) : null
        })}
      </div>
    </>
  )
}

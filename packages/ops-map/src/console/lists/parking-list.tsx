import { useState } from 'react'
import { formatAge } from '../../format/age.ts'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { parkingMark } from '../../marks/parking-mark.ts'
import { useParts } from '../app/console-parts.ts'
import { useCityList, useConsole, useNow } from '../app/use-city.ts'
import { ListRow } from './list-row.tsx'

/** All car parks, the fullest first; what is not to be relied on stands after what is, and says so. */
export function ParkingList() {
  const { index, ui } = useParts()
  const { t, shared, language, local } = useTexts('console')
  const now = useNow()
  const selected = useConsole((state) => state.selected)
  const [filter, setFilter] = useState('')
  const sites = useCityList(
    ({ entities }) =>
      index.carParks
        .map((asset) => {
          const reading = entities.get(asset.id)
          const mark = parkingMark(reading, asset.properties.totalSpotNumber)
          const reliable = mark.state === 'free' || mark.state === 'full'
          const share = reliable && mark.total ? (mark.available ?? 0) / mark.total : 2
          return { asset, reading, mark, reliable, share }
        })
        .sort(
          (a, b) => Number(b.reliable) - Number(a.reliable) || a.share - b.share || (a.asset.id < b.asset.id ? -1 : 1)
        ),
    ['entities']
  )
  const shown = sites.filter(({ asset }) =>
    `${asset.id} ${asset.properties.name.en} ${asset.properties.name.zh}`.toLowerCase().includes(filter.toLowerCase())
  )
  return (
    <>
      <input
        className="filter"
        type="search"
        aria-label={t('list.filter')}
        placeholder={t('list.filter')}
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      <ul className="rows" aria-label={t('section.parking')}>
        {shown.map(({ asset, reading, mark }) => (
          <ListRow
            key={asset.id}
            mark={
              <span className={`pill ${mark.state === 'free' ? '' : mark.state === 'full' ? 'full' : 'hollow'}`}>
                P
              </span>
            }
            title={local(asset.properties.name)}
            aside={
              mark.state === 'free' && mark.available !== undefined
                ? formatNumber(mark.available, language)
                : t(`parking.state.${mark.state}`)
            }
            detail={[
              mark.total === undefined ? '' : t('parking.ofSpaces', { total: formatNumber(mark.total, language) }),
              mark.state === 'unreliable' && mark.available !== undefined
                ? t('parking.reports', { value: formatNumber(mark.available, language) })
                : '',
              reading ? formatAge(shared, now - Date.parse(reading.dateObserved)) : shared('age.never'),
              asset.geometry ? '' : t('place.unknown')
            ]
              .filter(Boolean)
              .join(' · ')}
            current={asset.id === selected}
            onSelect={() => ui.select(asset.id)}
          />
        ))}
      </ul>
    </>
  )
}

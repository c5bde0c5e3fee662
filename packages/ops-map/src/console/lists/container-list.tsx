import { useState } from 'react'
import { formatAge } from '../../format/age.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { containerMark } from '../../marks/container-mark.ts'
import { useParts } from '../app/console-parts.ts'
import { useCityList, useConsole, useNow } from '../app/use-city.ts'
import { ListRow } from './list-row.tsx'

const page = 60

/** Containers, burning ones first, then the fullest; silent ones come last and say so. */
export function ContainerList() {
  const { index, ui } = useParts()
  const { t, shared, local } = useTexts('console')
  const now = useNow()
  const selected = useConsole((state) => state.selected)
  const [filter, setFilter] = useState('')
  const [most, setMost] = useState(page)
  const containers = useCityList(
    ({ entities }) =>
      index.containers
        .map((asset) => {
          const reading = entities.get(asset.id)
          const mark = containerMark(reading)
          const known = mark.state === 'fire' ? 2 : mark.state === 'stale' || mark.state === 'unknown' ? 0 : 1
          return { asset, reading, mark, known }
        })
        .sort(
          (a, b) =>
            b.known - a.known || (b.mark.filling ?? -1) - (a.mark.filling ?? -1) || (a.asset.id < b.asset.id ? -1 : 1)
        ),
    ['entities'],
    2_000
  )
  const wanted = containers.filter(({ asset }) =>
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
      <ul className="rows" aria-label={t('section.waste')}>
        {wanted.slice(0, most).map(({ asset, reading, mark }) => (
          <ListRow
            key={asset.id}
            mark={<span className={`container-dot ${mark.state}`} aria-hidden="true" />}
            title={local(asset.properties.name)}
            aside={mark.label || '—'}
            strong={mark.state === 'fire'}
            detail={[
              t(`waste.${asset.properties.storedWasteKind}`),
              mark.state === 'fire' || mark.state === 'stale' || mark.state === 'unknown'
                ? t(`container.state.${mark.state}`)
                : '',
              reading ? formatAge(shared, now - Date.parse(reading.dateObserved)) : shared('age.never')
            ]
              .filter(Boolean)
              .join(' · ')}
            current={asset.id === selected}
            onSelect={() => ui.select(asset.id)}
          />
        ))}
      </ul>
      {wanted.length > most && (
        <button type="button" className="button more-rows" onClick={() => setMost(most + page)}>
          {t('list.more', { count: wanted.length - most })}
        </button>
      )}
    </>
  )
}

import { useEffect, useState } from 'react'
import { formatMinute } from '../format/clock.ts'
import { chooseLanguage } from '../i18n/start-i18n.ts'
import { useTexts } from '../i18n/use-texts.ts'
import { arrangePlaces, type Filters } from './arrange-places.ts'
import { FilterRow } from './filter-row.tsx'
import { PlaceCard } from './place-card.tsx'
import { StatusLines } from './status-lines.tsx'
import { useParking } from './use-parking.ts'
import { usePlaceMap } from './use-place-map.ts'
import { usePosition } from './use-position.ts'

/** Where can I park now? Nearest first, the number large. */
export function ParkingPage() {
  const { t, shared, language, local } = useTexts('residents')
  const { city, places, now, answerAge, lost } = useParking()
  const position = usePosition()
  const map = usePlaceMap()
  const [filters, setFilters] = useState<Filters>({ text: '', openNow: true, disabledBays: false })
  const [onMap, setOnMap] = useState<string>()
  const own = position.state === 'known' ? position.position : undefined
  const timeZone = city?.timeZone
  const given = { position: own, now, answerAge, timeZone, language }
  const arranged = places && arrangePlaces(places, { ...given, filters })
  const other = language === 'en' ? 'zh' : 'en'
  const title = city ? `${t('title')} · ${local(city.name)}` : t('title')
  useEffect(() => {
    document.title = title
  }, [title])
  const showOnMap = (id: string) => {
    setOnMap(id)
    void map.load()
  }
  return (
    <main className="parking">
      <header>
        <h1>{t('title')}</h1>
        <button
          type="button"
          className="language"
          aria-label={`${shared('language')}: ${other === 'zh' ? '中文' : 'English'}`}
          onClick={() => void chooseLanguage(other)}
        >
          <span lang={other === 'zh' ? 'zh-CN' : 'en'}>{other === 'zh' ? '中文' : 'English'}</span>
        </button>
      </header>
      <search className="ask">
        <input
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={filters.text}
          onChange={({ target }) => setFilters({ ...filters, text: target.value })}
        />
        <button
          type="button"
          className={own ? 'button near' : 'button primary'}
          aria-pressed={own !== undefined}
          onClick={own ? position.forget : position.ask}
        >
          {t('nearMe')}
        </button>
      </search>
      <FilterRow filters={filters} onChange={setFilters} />
      <StatusLines
        asked={JSON.stringify([filters, position.state, language, timeZone])}
        arranged={arranged}
        known={places?.length}
        position={position.state}
        map={map.state}
        lost={lost && { since: lost.since && timeZone ? formatMinute(lost.since, language, timeZone) : undefined }}
      />
      <ul className={lost ? 'cards late' : 'cards'} aria-label={t('list')}>
        {arranged?.map((one) => (
          <PlaceCard
            key={one.place.id}
            arranged={one}
            filters={filters}
            now={now}
            onMap={() => showOnMap(one.place.id)}
          />
        ))}
      </ul>
      {map.PlaceMap && places && onMap !== undefined && (
        <map.PlaceMap
          city={city}
          places={arrangePlaces(places, { ...given, filters: { text: '', openNow: false, disabledBays: false } })}
          chosen={onMap}
          now={now}
          own={own}
          onChoose={setOnMap}
          onClose={() => setOnMap(undefined)}
        />
      )}
    </main>
  )
}

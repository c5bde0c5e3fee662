import { lazy, Suspense, useState } from 'react'
import { formatAge } from '../format/age.ts'
import { chooseLanguage } from '../i18n/start-i18n.ts'
import { useTexts } from '../i18n/use-texts.ts'
import { arrangePlaces, type Filters } from './arrange-places.ts'
import { FilterRow } from './filter-row.tsx'
import { PlaceCard } from './place-card.tsx'
import { useParking } from './use-parking.ts'
import { usePosition } from './use-position.ts'

/** The map costs more than all the rest together: it comes when somebody asks for it. */
const PlaceMap = lazy(async () => ({ default: (await import('./place-map.tsx')).PlaceMap }))

/** Where can I park now? Nearest first, the number large. */
export function ParkingPage() {
  const { t, shared, language } = useTexts('residents')
  const { city, places, now, lostSince } = useParking()
  const position = usePosition()
  const [filters, setFilters] = useState<Filters>({ text: '', openNow: true, disabledBays: false })
  const [onMap, setOnMap] = useState<string>()
  const own = position.state === 'known' ? position.position : undefined
  const arranged =
    places && arrangePlaces(places, { filters, position: own, now, timeZone: city?.timeZone ?? 'UTC', language })
  const shown = onMap === undefined ? undefined : places?.find(({ id }) => id === onMap)
  return (
    <main className="parking">
      <header>
        <h1>{t('title')}</h1>
        <button
          type="button"
          className="language"
          aria-label={`${shared('language')}: ${language === 'en' ? '中文' : 'English'}`}
          lang={language === 'en' ? 'zh-CN' : 'en'}
          onClick={() => void chooseLanguage(language === 'en' ? 'zh' : 'en')}
        >
          {language === 'en' ? '中文' : 'English'}
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
      <div role="status" className="status">
        {position.state === 'asking' && <p>{t('asking')}</p>}
        {position.state === 'denied' && <p>{t('denied')}</p>}
        {position.state === 'unavailable' && <p>{t('unavailable')}</p>}
        {lostSince !== undefined && (
          <p className="lost">
            {Number.isNaN(lostSince) ? t('lostNever') : t('lost', { age: formatAge(shared, now - lostSince) })}
          </p>
        )}
        {arranged === undefined && lostSince === undefined && <p>{t('loading')}</p>}
        {arranged?.length === 0 && <p>{t('none')}</p>}
      </div>
      <ul className={`cards ${lostSince === undefined ? '' : 'late'}`} aria-label={t('list')}>
        {arranged?.map((one) => (
          <PlaceCard key={one.place.id} arranged={one} now={now} onMap={() => setOnMap(one.place.id)} />
        ))}
      </ul>
      {shown && city && places && (
        <Suspense fallback={<div className="place-map loading">{t('loading')}</div>}>
          <PlaceMap city={city} places={places} shown={shown} own={own} onClose={() => setOnMap(undefined)} />
        </Suspense>
      )}
    </main>
  )
}

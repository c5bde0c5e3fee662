import { formatAge } from '../format/age.ts'
import { useTexts } from '../i18n/use-texts.ts'
import type { ArrangedPlace } from './arrange-places.ts'
import { navigationLink } from './navigation-link.ts'
import { facts, headline, provenance } from './place-words.ts'

/** One car park: what is free, how old that is, and the way there. */
export function PlaceCard({ arranged, now, onMap }: { arranged: ArrangedPlace; now: number; onMap: () => void }) {
  const { t, shared, language, local } = useTexts('residents')
  const { place, opening } = arranged
  const name = local(place.name)
  const age = place.dateObserved === undefined ? undefined : formatAge(shared, now - Date.parse(place.dateObserved))
  const { text, tone, below } = headline(place, t)
  // Nobody is sent to where there is nothing to find.
  const inviting =
    place.position && (place.state === 'open' || place.state === 'stale' || place.state === 'not-reliable')
  const primary = place.state === 'open' && opening?.open !== false
  return (
    <li className="card">
      <div className="card-words">
        <h2>{name}</h2>
        <p>{facts(arranged, t, language).join(' · ')}</p>
        <p>{provenance(place, age, t).join(' · ')}</p>
      </div>
      <p className={`headline ${tone}`}>
        <strong>{text}</strong> {below !== undefined && <span>{below}</span>}
      </p>
      {place.position && (
        <div className="card-actions">
          {inviting && (
            <a
              className={primary ? 'button primary' : 'button'}
              href={navigationLink(place.position, name, navigator.userAgent)}
              aria-label={`${t('takeMeThere')}: ${name}`}
            >
              {t('takeMeThere')}
            </a>
          )}
          <button type="button" className="button" aria-label={`${t('map')}: ${name}`} onClick={onMap}>
            {t('map')}
          </button>
        </div>
      )}
    </li>
  )
}

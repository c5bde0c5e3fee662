import { Fragment } from 'react'
import { formatAge } from '../format/age.ts'
import { useTexts } from '../i18n/use-texts.ts'
import type { ArrangedPlace, Filters } from './arrange-places.ts'
import { navigationLink } from './navigation-link.ts'
import { facts, headline, invites, provenance } from './place-words.ts'

/** One car park: what is free, how old that is, and the way there. */
export function PlaceCard({
  arranged,
  filters,
  now,
  onMap
}: {
  arranged: ArrangedPlace
  /** What was asked for; absent on the map, where nothing was. */
  filters?: Filters
  now: number
  /** Absent where the map is open already. */
  onMap?: () => void
}) {
  const { t, shared, language, local } = useTexts('residents')
  const { place, standing } = arranged
  const name = local(place.name)
  const age = place.dateObserved === undefined ? undefined : formatAge(shared, now - Date.parse(place.dateObserved))
  const { text, tone, below } = headline(arranged, t, language)
  return (
    <li className="card">
      <div className="card-words">
        <h2>{name}</h2>
        <Words words={facts(arranged, t, language, filters)} />
        <Words words={provenance(arranged, age, t)} />
      </div>
      <p className={`headline ${tone}`}>
        <strong>{text}</strong> {below !== undefined && <span>{below}</span>}
      </p>
      {place.position && invites(arranged) && (
        <div className="card-actions">
          <a
            className={standing === 'open' ? 'button primary' : 'button'}
            href={navigationLink(place.position, name, navigator)}
            rel="noreferrer"
            aria-label={`${t('takeMeThere')}: ${name}`}
          >
            {t('takeMeThere')}
          </a>
          {onMap && (
            <button type="button" className="button" aria-label={`${t('map')}: ${name}`} onClick={onMap}>
              {t('map')}
            </button>
          )}
        </div>
      )}
    </li>
  )
}

/** Facts in one line, which breaks between them and never within `6 min on foot`. */
function Words({ words }: { words: readonly string[] }) {
  return (
    <p>
      {words.map((word, at) => (
        <Fragment key={word}>
          <span className={word.length < 24 ? 'whole' : ''}>
            {at < words.length - 1 ? `${word}\u00a0·` : word}
          </span>{' '}
        </Fragment>
      ))}
    </p>
  )
}

import { useState } from 'react'
import { useTexts } from '../i18n/use-texts.ts'
import type { ArrangedPlace } from './arrange-places.ts'
import type { PositionState } from './use-position.ts'

/**
 * What there is to say besides the list. A live region: how many there are is said when something else is asked for, never
 * because numbers changed in between, so that a screen reader does not talk all the time. The eye sees how many.
 */
export function StatusLines({
  asked,
  arranged,
  known,
  position,
  map,
  lost
}: {
  /** What was asked for, as one word: another one has the summary said again. */
  asked: string
  arranged: readonly ArrangedPlace[] | undefined
  /** How many car parks the city has; undefined before its first answer. */
  known: number | undefined
  position: PositionState['state']
  map: 'none' | 'loading' | 'failed'
  /** No connection since a time of day; absent where there is one. */
  lost: { since: string | undefined } | undefined
}) {
  const { t } = useTexts('residents')
  const open = arranged?.filter(({ standing }) => standing === 'open').length ?? 0
  const [said, setSaid] = useState<{ asked: string; summary: string }>()
  if (arranged && said?.asked !== asked) {
    setSaid({ asked, summary: t('summary', { count: arranged.length, open }) })
  }
  return (
    <div role="status" className="status">
      {lost && <p className="lost">{lostWords()}</p>}
      {position === 'asking' && <p>{t('asking')}</p>}
      {position === 'denied' && <p>{t('denied')}</p>}
      {position === 'unavailable' && <p>{t('unavailable')}</p>}
      {map === 'loading' && <p>{t('mapLoading')}</p>}
      {map === 'failed' && <p>{t('mapFailed')}</p>}
      {!arranged && !lost && <p>{t('loading')}</p>}
      {arranged?.length === 0 && <p>{known === 0 ? t('noPlaces') : t('none')}</p>}
      {arranged && arranged.length > 0 && <p className="unseen">{said?.summary}</p>}
    </div>
  )

  function lostWords(): string {
    if (known === undefined) return t('lostNever')
    return lost?.since === undefined ? t('lostNow') : t('lost', { time: lost.since })
  }
}

import { formatSpan } from '../../format/age.ts'
import { formatMoment, formatTime } from '../../format/clock.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useConnection, useMoment, useNow } from '../app/use-city.ts'

/** Over the map: that the connection is lost and what is seen is old, or that the past is shown. */
export function ConnectionBanner() {
  const { city, store } = useParts()
  const { t, shared, language } = useTexts('console')
  const connection = useConnection()
  const moment = useMoment()
  useNow()
  if (moment !== undefined) {
    return (
      <div className="banner past" role="status">
        <strong>{t('past.shown', { moment: formatMoment(moment, language, city.timeZone) })}</strong>
        <button type="button" className="button small" onClick={() => store.showLive()}>
          {t('past.backToLive')}
        </button>
      </div>
    )
  }
  if (connection.phase !== 'lost') return null
  return (
    <div className="banner lost">
      <strong role="alert">{t('connection.lost')}</strong>
      <span>
        {t('connection.lostSince', {
          time: formatTime(connection.since, language, city.timeZone),
          span: formatSpan(shared, Date.now() - connection.since)
        })}
      </span>
    </div>
  )
}

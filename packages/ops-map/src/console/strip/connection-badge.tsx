import { formatSpan } from '../../format/age.ts'
import { formatLatency } from '../../format/attribute.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useConnection, useMoment, useNow } from '../app/use-city.ts'

/** `live · 12 ms`, or how long the connection has been lost, or that the past is shown. */
export function ConnectionBadge() {
  const { t, shared, language } = useTexts('console')
  const connection = useConnection()
  const moment = useMoment()
  useNow()
  const state = moment !== undefined ? 'past' : connection.phase
  const text =
    state === 'past'
      ? t('connection.past')
      : state === 'lost'
        ? t('connection.lostFor', { span: formatSpan(shared, Date.now() - connection.since) })
        : state === 'connecting'
          ? t('connection.connecting')
          : connection.latency === undefined
            ? t('connection.live')
            : `${t('connection.live')} · ${formatLatency(connection.latency, language)}`
  return (
    <span className={`badge ${state}`} data-connection={state}>
      <span className="dot" aria-hidden="true" />
      {text}
    </span>
  )
}

import { formatElapsed } from '../../format/age.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { compareAlarms, needsAcknowledgement } from '../../marks/severity.ts'
import { useParts } from '../app/console-parts.ts'
import { useAcknowledge } from '../app/use-acknowledge.ts'
import { useCityList, useMoment, useNow } from '../app/use-city.ts'
import { SeverityIcon } from '../severity-icon.tsx'

/** The alarms of what is selected (an intersection's include those of its detectors), with the values that caused them. */
export function EntityAlarms({ ids }: { ids: readonly string[] }) {
  const { index } = useParts()
  const { t, shared, local } = useTexts('console')
  const acknowledge = useAcknowledge()
  const now = useNow()
  const past = useMoment() !== undefined
  const alarms = useCityList(
    (state) => [...state.alarms.values()].filter(({ entity }) => ids.includes(entity)).sort(compareAlarms),
    ['alarms'],
    250
  )
  if (alarms.length === 0) return null
  return (
    <section aria-labelledby="entity-alarms-title">
      <h3 id="entity-alarms-title">{t('inspector.alarms')}</h3>
      {alarms.map((alarm) => {
        const open = needsAcknowledgement(alarm)
        const rule = index.city.rules.find(({ id }) => id === alarm.rule)
        return (
          <div key={alarm.id} className="entity-alarm">
            <p className="split">
              <SeverityIcon severity={alarm.severity} label={t(`severity.${alarm.severity}`)} />
              <strong>{local(alarm.title)}</strong>
              <span className="dim tabular">{formatElapsed(shared, now - Date.parse(alarm.raisedAt))}</span>
            </p>
            <p>{local(alarm.detail)}</p>
            {alarm.advice && <p className="dim">{local(alarm.advice)}</p>}
            <p className="dim tabular">
              {t('why.source', { rule: rule?.id ?? alarm.rule, version: alarm.ruleVersion })}
              {alarm.causes.length > 0 && ` · ${t('alarm.causes', { offsets: alarm.causes.join(', ') })}`}
              {alarm.acknowledgedBy && ` · ${t('alarm.acknowledgedBy', { operator: alarm.acknowledgedBy })}`}
              {alarm.state === 'returned-unacknowledged' && ` · ${t('alarm.returned')}`}
            </p>
            {open && !past && (
              <button
                type="button"
                className="button small"
                aria-label={t('alarm.acknowledgeThis', { title: local(alarm.title), detail: local(alarm.detail) })}
                onClick={() => void acknowledge(alarm)}
              >
                {t('alarm.acknowledge')}
              </button>
            )}
          </div>
        )
      })}
    </section>
  )
}

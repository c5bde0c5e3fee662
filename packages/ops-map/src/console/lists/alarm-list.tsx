import type { Alarm } from '@city-brain/model'
import { useRef } from 'react'
import { formatElapsed, formatSpan } from '../../format/age.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { compareAlarms, needsAcknowledgement } from '../../marks/severity.ts'
import { useParts } from '../app/console-parts.ts'
import { useAcknowledge } from '../app/use-acknowledge.ts'
import { useCityList, useConsole, useMoment, useNow } from '../app/use-city.ts'
import { SeverityIcon } from '../severity-icon.tsx'
import { ListRow } from './list-row.tsx'

/** The alarms that are open, loudest first; an empty list says that all is well, and since when. */
export function AlarmList({ most }: { most?: number }) {
  const { ui } = useParts()
  const { t, shared } = useTexts('console')
  const alarms = useCityList((state) => [...state.alarms.values()].sort(compareAlarms), ['alarms'], 250)
  const chosen = useConsole((state) => state.alarm)
  const selected = useConsole((state) => state.selected)
  const now = useNow()
  const quietSince = useRef<number>(undefined)
  quietSince.current = alarms.length > 0 ? undefined : (quietSince.current ?? now)
  if (alarms.length === 0) {
    return (
      <p className="all-well" role="status">
        <strong>{t('alarm.allWell')}</strong>
        <span>{t('alarm.allWellSince', { span: formatSpan(shared, now - (quietSince.current ?? now)) })}</span>
      </p>
    )
  }
  return (
    <ul className="rows" aria-label={t('alarm.list')}>
      {alarms.slice(0, most).map((alarm) => (
        <AlarmRow
          key={alarm.id}
          alarm={alarm}
          now={now}
          current={alarm.id === chosen || (chosen === undefined && alarm.entity === selected)}
          onSelect={() => ui.select(alarm.entity, alarm.id)}
        />
      ))}
    </ul>
  )
}

export function AlarmRow({
  alarm,
  now,
  current,
  onSelect
}: {
  alarm: Alarm
  now: number
  current: boolean
  onSelect: () => void
}) {
  const { t, shared, local } = useTexts('console')
  const acknowledge = useAcknowledge()
  const past = useMoment() !== undefined
  const { wall } = useParts()
  const open = needsAcknowledgement(alarm)
  const state =
    alarm.state === 'returned-unacknowledged'
      ? t('alarm.returned')
      : alarm.acknowledgedBy
        ? t('alarm.acknowledgedBy', { operator: alarm.acknowledgedBy })
        : open
          ? t('alarm.unacknowledged')
          : undefined
  return (
    <ListRow
      mark={<SeverityIcon severity={alarm.severity} label={t(`severity.${alarm.severity}`)} />}
      title={local(alarm.title)}
      strong={open}
      aside={formatElapsed(shared, now - Date.parse(alarm.raisedAt))}
      detail={[local(alarm.detail), state].filter(Boolean).join(' · ')}
      current={current}
      onSelect={onSelect}
      action={
        open && !past && !wall ? (
          <button
            type="button"
            className="button small row-action"
            aria-label={t('alarm.acknowledgeThis', { title: local(alarm.title), detail: local(alarm.detail) })}
            onClick={() => void acknowledge(alarm)}
          >
            {t('alarm.acknowledge')}
          </button>
        ) : undefined
      }
    />
  )
}

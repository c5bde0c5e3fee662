import type { AlarmsAnswer } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { formatSpan } from '../../format/age.ts'
import { formatMoment } from '../../format/clock.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useConsole } from '../app/use-city.ts'
import { SeverityIcon } from '../severity-icon.tsx'
import { ListRow } from './list-row.tsx'

/** Alarms that were, newest first: when, for how long, who acknowledged. */
export function PastAlarms() {
  const { city, ui } = useParts()
  const { t, shared, language, local } = useTexts('console')
  const selected = useConsole((state) => state.selected)
  const { data, isError } = useQuery({
    queryKey: ['past-alarms'],
    queryFn: ({ signal }) => request<AlarmsAnswer>(paths.pastAlarms(200), { signal }),
    refetchInterval: 15_000
  })
  if (isError) return <p className="all-well">{t('failure.unreachable')}</p>
  if (data?.alarms.length === 0) return <p className="all-well">{t('alarm.nonePast')}</p>
  return (
    <ul className="rows" aria-label={t('tab.past')}>
      {data?.alarms.map((alarm) => {
        const raised = Date.parse(alarm.raisedAt)
        return (
          <ListRow
            key={`${alarm.id}/${alarm.offset}`}
            mark={<SeverityIcon severity={alarm.severity} label={t(`severity.${alarm.severity}`)} />}
            title={local(alarm.title)}
            aside={alarm.returnedAt ? formatSpan(shared, Date.parse(alarm.returnedAt) - raised) : t('alarm.open')}
            detail={[
              formatMoment(raised, language, city.timeZone),
              local(alarm.detail),
              alarm.acknowledgedBy ? t('alarm.acknowledgedBy', { operator: alarm.acknowledgedBy }) : ''
            ]
              .filter(Boolean)
              .join(' · ')}
            current={alarm.entity === selected}
            onSelect={() => ui.select(alarm.entity)}
          />
        )
      })}
    </ul>
  )
}

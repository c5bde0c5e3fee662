import type { Health } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { formatSpan } from '../../format/age.ts'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'

/** The city's health as it tells it itself; a health check that fails answers 503 with the same body. */
export function HealthView() {
  const { t, shared, language, local } = useTexts('console')
  const { data, isError } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => request<Health>(paths.health, { signal }),
    refetchInterval: 5_000
  })
  if (isError && !data) return <p className="failure">{t('failure.unreachable')}</p>
  if (!data) return null
  const number = (value: number) => formatNumber(value, language)
  const megabytes = (bytes: number) => `${formatNumber(bytes / 1_048_576, language, 1)} MB`
  const { counters, journal, history, broker } = data
  const rows: [string, string][] = [
    [t('health.status'), t(`health.${data.status}`)],
    [t('health.up'), formatSpan(shared, Date.parse(data.now) - Date.parse(data.startedAt))],
    [t('health.received'), number(counters.received)],
    [t('health.accepted'), number(counters.accepted)],
    [t('health.rejected'), number(counters.rejected)],
    [t('health.duplicate'), number(counters.duplicate)],
    [t('health.stored'), number(counters.stored)],
    [t('health.pending'), number(counters.pending)],
    [t('health.refused'), number(counters.refused)],
    [
      t('health.journal'),
      `${t(`health.journal.${journal.state}`)} · ${megabytes(journal.bytes)} / ${megabytes(journal.limitBytes)}`
    ],
    [
      t('health.untilFull'),
      journal.secondsUntilFull === undefined ? '—' : formatSpan(shared, journal.secondsUntilFull * 1_000)
    ],
    [
      t('health.history', { store: history.store }),
      `${t(`health.history.${history.state}`)} · ${t('health.lag', { seconds: formatNumber(history.lagSeconds, language, 1) })}`
    ],
    [
      t('health.broker'),
      broker.port === undefined
        ? t('health.online', { count: broker.connected })
        : t('health.connected', { count: broker.connected, port: broker.port })
    ],
    ...(broker.upstreams ?? []).map(({ name, state }): [string, string] => [
      t('health.upstream', { name }),
      t(`health.upstream.${state}`)
    ]),
    [t('health.version'), data.version]
  ]
  return (
    <>
      {data.problems.map((problem) => (
        <p key={problem.en} className="failure">
          {local(problem)}
        </p>
      ))}
      <table className="facts">
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="tabular">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

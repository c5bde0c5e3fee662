import { type EntriesAnswer, type HistoryWireAnswer, type ReadingType, readingTypeOf } from '@city-brain/model'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { formatQuantity } from '../../format/attribute.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { historySeries } from '../../marks/history-series.ts'
import { useParts } from '../app/console-parts.ts'
import { useMoment, useNow } from '../app/use-city.ts'
import { useFailureText } from '../session/use-failure-text.ts'
import { LineChart } from './line-chart.tsx'
import { unitOf, useValueText } from './use-value-text.ts'

const hour = 3_600
/** Span and window in seconds: about 120 points each, the finest no finer than detectors report. */
const ranges = {
  '1h': { span: hour, every: 60 },
  '6h': { span: 6 * hour, every: 180 },
  '24h': { span: 24 * hour, every: 720 },
  '7d': { span: 168 * hour, every: 2 * hour }
}
type Range = keyof typeof ranges

const charted: Record<ReadingType, readonly string[]> = {
  TrafficFlowObserved: ['occupancy', 'averageVehicleSpeed', 'intensity'],
  OffStreetParking: ['availableSpotNumber', 'occupancy'],
  OnStreetParking: ['availableSpotNumber', 'occupiedSpotNumber'],
  ParkingSpot: [],
  WasteContainer: ['fillingLevel', 'temperature', 'batteryLevel']
}

/** The past of an entity as a line, with its alarms marked. An intersection or a road offers its detectors. */
export function HistoryChart({ sources }: { sources: readonly string[] }) {
  const { index } = useParts()
  const { t, language, local } = useTexts('console')
  const { name } = useValueText()
  const failureText = useFailureText()
  const [chosen, setChosen] = useState<string>()
  const source = chosen !== undefined && sources.includes(chosen) ? chosen : sources[0]
  const properties = source === undefined ? undefined : index.assets.get(source)?.properties
  const type = properties ? readingTypeOf(properties) : undefined
  const attributes = type ? charted[type] : []
  const [picked, setPicked] = useState<string>()
  const attribute = picked !== undefined && attributes.includes(picked) ? picked : attributes[0]
  const expected = properties && 'expectedInterval' in properties ? (properties.expectedInterval ?? 300) : 300
  const [range, setRange] = useState<Range>(expected >= 1_800 ? '7d' : '6h')
  const { span, every } = ranges[range]
  const moment = useMoment()
  const minute = useNow(60_000)
  const to = Math.ceil((moment ?? minute) / 60_000) * 60_000 + 60_000
  const from = to - span * 1_000

  const history = useQuery({
    queryKey: ['history', source, attribute, range, to],
    queryFn: ({ signal }) =>
      request<HistoryWireAnswer>(paths.history(source ?? '', from, to, every, attribute ?? ''), { signal }),
    enabled: source !== undefined && attribute !== undefined,
    // A reading that came just now is in history a moment later.
    refetchInterval: 10_000,
    placeholderData: keepPreviousData
  })
  const alarms = useQuery({
    queryKey: ['alarm-marks', source, to],
    queryFn: ({ signal }) => request<EntriesAnswer>(paths.entries(source ?? '', 'alarm', 100), { signal }),
    // Without a chart there is nothing to mark, and the city itself and devices have no trail of an entity.
    enabled: source !== undefined && attribute !== undefined,
    placeholderData: keepPreviousData
  })
  const series = useMemo(
    () =>
      history.data && attribute ? historySeries(history.data, attribute, Math.max(every, expected) * 3) : undefined,
    [history.data, attribute, every, expected]
  )
  const marks = useMemo(
    () =>
      (alarms.data?.entries ?? []).flatMap((entry) =>
        entry.kind === 'alarm' && entry.payload.transition.startsWith('raised')
          ? [{ at: Date.parse(entry.receivedAt) / 1_000, severity: entry.payload.severity }]
          : []
      ),
    [alarms.data]
  )
  if (source === undefined || attribute === undefined || type === undefined) return null
  const unit = unitOf(type, attribute)
  const show = (value: number) => {
    const { text, unit: shown } = formatQuantity(value, unit, language)
    return shown ? `${text} ${shown}` : text
  }
  return (
    <section className="history" aria-labelledby="history-title">
      <h3 id="history-title" className="unseen">
        {t('inspector.history')}
      </h3>
      <div className="history-choice">
        {sources.length > 1 && (
          <select aria-label={t('history.source')} value={source} onChange={(event) => setChosen(event.target.value)}>
            {sources.map((id) => {
              const asset = index.assets.get(id)
              return (
                <option key={id} value={id}>
                  {asset ? local(asset.properties.name) : id}
                </option>
              )
            })}
          </select>
        )}
        <select
          aria-label={t('history.attribute')}
          value={attribute}
          onChange={(event) => setPicked(event.target.value)}
        >
          {attributes.map((one) => (
            <option key={one} value={one}>
              {name(one)}
            </option>
          ))}
        </select>
        <fieldset className="choice" aria-label={t('history.range')}>
          {(Object.keys(ranges) as Range[]).map((one) => (
            <button key={one} type="button" aria-pressed={one === range} onClick={() => setRange(one)}>
              {t(`range.${one}`)}
            </button>
          ))}
        </fieldset>
      </div>
      {history.isError ? (
        <p className="failure">{failureText(history.error)}</p>
      ) : series && series.times.length > 0 ? (
        <LineChart
          series={series}
          marks={marks}
          from={from / 1_000}
          to={to / 1_000}
          show={show}
          fraction={unit === '1'}
          label={t('history.label', { attribute: name(attribute), range: t(`range.${range}`) })}
        />
      ) : (
        <p className="dim chart-empty">{t(history.isPending ? 'history.loading' : 'history.none')}</p>
      )}
    </section>
  )
}

import type { SnapshotMessage, TimelineAnswer } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { formatDay, formatMinute, formatMoment } from '../../format/clock.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useMoment, useNow } from '../app/use-city.ts'
import { useFailureText } from '../session/use-failure-text.ts'

const hour = 3_600_000
const ranges = {
  '6h': { span: 6 * hour, every: 240 },
  '24h': { span: 24 * hour, every: 900 },
  '7d': { span: 168 * hour, every: 7_200 }
}
type Range = keyof typeof ranges

/** What a full bar stands for: one burst (a backfill that comes in) must not flatten the rest of the day. */
function fullBar(counts: readonly number[]): number {
  const sorted = counts.filter((count) => count > 0).sort((a, b) => a - b)
  return (sorted[Math.floor(sorted.length * 0.9)] ?? 1) * 1.2
}

/**
 * The load and the alarms of the last day with a handle. Dragging it puts the whole map at a past moment; at the right end
 * the map is live.
 */
export function TimeBar() {
  const { city, store, announcer } = useParts()
  const { t, language } = useTexts('console')
  const failureText = useFailureText()
  const moment = useMoment()
  const [range, setRange] = useState<Range>('24h')
  const { span, every } = ranges[range]
  // The bar ends at the window that runs now, so that it moves on by itself, one window at a time.
  const minute = useNow(60_000)
  const liveNow = moment === undefined ? minute : store.liveNow()
  const to = Math.ceil((liveNow + 1) / (every * 1_000)) * every * 1_000
  const from = to - span
  const { data } = useQuery({
    queryKey: ['timeline', range, to],
    queryFn: ({ signal }) => request<TimelineAnswer>(paths.timeline(from, to, every), { signal }),
    refetchInterval: 30_000,
    placeholderData: (previous) => previous
  })
  const windows = data?.windows ?? []
  const most = useMemo(() => fullBar(windows.map(({ readings }) => readings)), [windows])

  const [dragged, setDragged] = useState<number>()
  const asked = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const goTo = useCallback(
    (at: number) => {
      clearTimeout(timer.current)
      asked.current++
      const turn = asked.current
      if (at >= store.liveNow() - 5_000) {
        setDragged(undefined)
        store.showLive()
        return
      }
      setDragged(at)
      timer.current = setTimeout(() => {
        request<SnapshotMessage>(paths.at(at))
          .then((snapshot) => {
            if (turn === asked.current) store.showPast(at, snapshot)
          })
          .catch((failure: unknown) => {
            if (turn === asked.current) announcer.say(failureText(failure), 'failed')
          })
          .finally(() => {
            if (turn === asked.current) setDragged(undefined)
          })
      }, 120)
    },
    [store, announcer, failureText]
  )
  // Going back to live elsewhere (key, banner) must not be undone by an answer that is still on its way.
  useEffect(() => {
    if (moment === undefined) asked.current++
  }, [moment])

  const shown = dragged ?? moment
  const value = Math.min(to, Math.max(from, shown ?? liveNow))
  const share = (at: number) => ((at - from) / (to - from)) * 100
  const words = shown === undefined ? t('time.live') : formatMoment(shown, language, city.timeZone)
  const track = useRef<HTMLDivElement>(null)
  const momentAt = (clientX: number) => {
    const box = track.current?.getBoundingClientRect()
    if (!box) return liveNow
    const at = from + Math.min(1, Math.max(0, (clientX - box.left) / box.width)) * (to - from)
    return Math.min(store.liveNow(), Math.round(at / 60_000) * 60_000)
  }
  return (
    <section className={`time-bar ${moment === undefined ? '' : 'past'}`} aria-label={t('time.label')}>
      <button
        type="button"
        className={`live-button ${moment === undefined ? 'on' : ''}`}
        aria-pressed={moment === undefined}
        aria-label={t(moment === undefined ? 'time.isLive' : 'past.backToLive')}
        onClick={() => goTo(Number.POSITIVE_INFINITY)}
      >
        {t('time.liveShort')}
      </button>
      <span className="tabular day">
        {shown === undefined
          ? formatDay(liveNow, language, city.timeZone)
          : formatMoment(shown, language, city.timeZone)}
      </span>
      <div
        className="track"
        ref={track}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          goTo(momentAt(event.clientX))
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) goTo(momentAt(event.clientX))
        }}
      >
        <svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
          {windows.map(({ from: begin, readings }) => {
            const x = share(Date.parse(begin))
            const width = ((every * 1_000) / (to - from)) * 100
            const height = Math.min(1, readings / most) * 26
            return (
              <rect
                key={begin}
                x={x + width * 0.12}
                width={width * 0.76}
                y={32 - height}
                height={height}
                fill="var(--bars)"
              />
            )
          })}
          <path d="M0 32.5h100" stroke="var(--line)" vectorEffect="non-scaling-stroke" />
        </svg>
        {windows
          .filter(({ alarms }) => alarms > 0)
          .map(({ from: begin, alarms }) => (
            <span
              key={begin}
              className="alarm-tick"
              style={{ left: `${share(Date.parse(begin) + every * 500)}%` }}
              title={t('time.alarms', {
                count: alarms,
                time: formatMinute(Date.parse(begin), language, city.timeZone)
              })}
            />
          ))}
        <div
          className="handle"
          role="slider"
          tabIndex={0}
          aria-label={t('time.handle')}
          aria-valuemin={0}
          aria-valuemax={Math.round(span / 60_000)}
          aria-valuenow={Math.round((value - from) / 60_000)}
          aria-valuetext={words}
          style={{ left: `${share(value)}%` }}
          onKeyDown={(event) => {
            const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -8, PageUp: 8 }[event.key]
            if (by !== undefined) goTo(Math.max(from, (shown ?? store.liveNow()) + by * every * 1_000))
            else if (event.key === 'End') goTo(Number.POSITIVE_INFINITY)
            else if (event.key === 'Home') goTo(from)
            else return
            event.preventDefault()
            event.stopPropagation()
          }}
        />
      </div>
      <select aria-label={t('time.range')} value={range} onChange={(event) => setRange(event.target.value as Range)}>
        {(Object.keys(ranges) as Range[]).map((name) => (
          <option key={name} value={name}>
            {t(`range.${name}`)}
          </option>
        ))}
      </select>
    </section>
  )
}

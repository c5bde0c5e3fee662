import type { Severity } from '@city-brain/model'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useTheme } from '../../base/use-theme.ts'
import { formatMinute, formatMoment } from '../../format/clock.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { readTokens, type Tokens } from '../../map/read-tokens.ts'
import type { HistorySeries } from '../../marks/history-series.ts'
import { useParts } from '../app/console-parts.ts'

export type ChartMark = { at: number; severity: Severity }

/** A line with the band between least and greatest, the alarms as marks, and what lies under the pointer in words. */
export function LineChart({
  series,
  marks,
  from,
  to,
  show,
  fraction,
  label
}: {
  series: HistorySeries
  marks: readonly ChartMark[]
  from: number
  to: number
  show: (value: number) => string
  /** A share: the axis goes from 0 to at least 0.5. */
  fraction: boolean
  label: string
}) {
  const { city } = useParts()
  const { language } = useTexts('console')
  const { theme } = useTheme()
  const holder = useRef<HTMLDivElement>(null)
  const readout = useRef<HTMLParagraphElement>(null)
  // The theme is a reason to draw again: its colours are read from the page.
  useEffect(() => {
    const place = holder.current
    if (!place) return
    const tokens = readTokens()
    const longer = to - from > 100_000
    const axis = { stroke: tokens.dim, font: '11px "Inter Variable", "Noto Sans SC"', ticks: { show: false } }
    const line = { points: { show: false }, spanGaps: false }
    const chart = new uPlot(
      {
        width: place.clientWidth,
        height: 118,
        legend: { show: false },
        padding: [8, 4, 0, 0],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        scales: {
          x: { time: true, range: () => [from, to] },
          y: { range: (_chart, least, greatest) => [Math.min(0, least), Math.max(greatest * 1.08, fraction ? 0.5 : 1)] }
        },
        axes: [
          {
            ...axis,
            size: 20,
            gap: 3,
            space: 64,
            grid: { show: false },
            values: (_chart, splits) =>
              splits.map((at) =>
                longer
                  ? formatMoment(at * 1_000, language, city.timeZone)
                      .split(' ')
                      .slice(0, 2)
                      .join(' ')
                  : formatMinute(at * 1_000, language, city.timeZone)
              )
          },
          {
            ...axis,
            size: 44,
            gap: 4,
            space: 34,
            grid: { stroke: tokens.line, width: 1 },
            values: (_chart, splits) => splits.map((value) => show(value))
          }
        ],
        series: [
          {},
          { ...line, label: 'greatest', stroke: 'transparent' },
          { ...line, label: 'least', stroke: 'transparent' },
          { ...line, label: 'mean', stroke: tokens.accent, width: 1.6 }
        ],
        bands: [{ series: [1, 2], fill: `${tokens.accent}24` }],
        hooks: {
          draw: [(drawn) => drawMarks(drawn, marks, tokens)],
          setCursor: [
            (moved) => {
              if (!readout.current) return
              const at = moved.cursor.idx
              const value = at === null || at === undefined ? undefined : series.mean[at]
              const time = at === null || at === undefined ? undefined : series.times[at]
              readout.current.textContent =
                typeof value === 'number' && time !== undefined
                  ? `${formatMoment(time * 1_000, language, city.timeZone)} · ${show(value)}`
                  : ''
            }
          ]
        }
      },
      [series.times, series.greatest, series.least, series.mean],
      place
    )
    const follow = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: 118 }))
    follow.observe(place)
    return () => {
      follow.disconnect()
      chart.destroy()
    }
  }, [series, marks, from, to, show, fraction, language, city.timeZone, theme])
  const newest = series.mean.findLast((value) => value !== null)
  return (
    <div className="chart">
      <div ref={holder} role="img" aria-label={typeof newest === 'number' ? `${label}: ${show(newest)}` : label} />
      <p ref={readout} className="dim tabular chart-readout" aria-hidden="true" />
    </div>
  )
}

function drawMarks(chart: uPlot, marks: readonly ChartMark[], tokens: Tokens): void {
  const { ctx, bbox } = chart
  const ratio = window.devicePixelRatio
  ctx.save()
  for (const { at, severity } of marks) {
    const x = chart.valToPos(at, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    const colour = severity === 'informational' ? tokens.low : tokens[severity]
    ctx.strokeStyle = colour
    ctx.fillStyle = colour
    ctx.lineWidth = ratio
    ctx.setLineDash([3 * ratio, 3 * ratio])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.beginPath()
    ctx.moveTo(x, bbox.top - 1 * ratio)
    ctx.lineTo(x - 4 * ratio, bbox.top - 8 * ratio)
    ctx.lineTo(x + 4 * ratio, bbox.top - 8 * ratio)
    ctx.fill()
  }
  ctx.restore()
}

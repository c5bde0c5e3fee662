import { useMemo } from 'react'
import { formatAge } from '../../format/age.ts'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { cycleBars } from '../../marks/cycle-bars.ts'
import { useParts } from '../app/console-parts.ts'
import { useCity, useCityList, useNow } from '../app/use-city.ts'
import { Tile } from './tile.tsx'
import { useValueText } from './use-value-text.ts'

/** An intersection: its busiest approach, and its phases over one cycle with the place where it stands now. */
export function IntersectionView({ id }: { id: string }) {
  const { index } = useParts()
  const { t } = useTexts('console')
  const signal = useCity(({ signals }) => signals.get(id))
  const intersection = index.signalOf.get(id)
  return (
    <>
      <Approaches id={id} />
      {signal && intersection ? (
        <PhaseBars key={intersection.revision} id={id} />
      ) : (
        <p className="dim">{t('signal.neverReported')}</p>
      )}
    </>
  )
}

/** The approach with the highest occupancy, as three numbers. */
function Approaches({ id }: { id: string }) {
  const { index } = useParts()
  const { t, shared, language } = useTexts('console')
  const { word } = useValueText()
  const now = useNow()
  const approaches = useCityList(
    ({ entities }) => {
      const all = (index.detectorsOfIntersection.get(id) ?? []).flatMap((detector) => {
        const reading = entities.get(detector)
        const properties = index.assets.get(detector)?.properties
        return reading && properties?.kind === 'detector' ? [{ reading, properties }] : []
      })
      const byApproach = new Map<string, typeof all>()
      for (const one of all) {
        const name = one.properties.approach ?? '?'
        byApproach.set(name, [...(byApproach.get(name) ?? []), one])
      }
      return [...byApproach]
        .map(([approach, members]) => {
          const numbers = (attribute: string) =>
            members.flatMap(({ reading }) => {
              const value = reading.values[attribute]
              return typeof value === 'number' ? [value] : []
            })
          const flows = members.flatMap(({ reading, properties }) =>
            typeof reading.values.intensity === 'number' ? [(reading.values.intensity * 3_600) / properties.period] : []
          )
          const speeds = numbers('averageVehicleSpeed')
          const occupancies = numbers('occupancy')
          return {
            approach,
            occupancy: occupancies.length > 0 ? Math.max(...occupancies) : undefined,
            flow: flows.length > 0 ? flows.reduce((sum, flow) => sum + flow, 0) : undefined,
            speed: speeds.length > 0 ? speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length : undefined,
            observed: Math.max(...members.map(({ reading }) => Date.parse(reading.dateObserved))),
            stale: members.every(({ reading }) => reading.stale)
          }
        })
        .sort((a, b) => (b.occupancy ?? -1) - (a.occupancy ?? -1))
    },
    ['entities'],
    500
  )
  const worst = approaches[0]
  if (!worst) return null
  const from = word(worst.approach)
  const age = formatAge(shared, now - worst.observed)
  return (
    <div className="tiles">
      {worst.occupancy !== undefined && (
        <Tile
          value={formatNumber(worst.occupancy * 100, language)}
          unit="%"
          label={t('intersection.occupancy', { from, age })}
          hollow={worst.stale}
        />
      )}
      {worst.flow !== undefined && (
        <Tile
          value={formatNumber(worst.flow, language)}
          unit={t('unit.veh/h')}
          label={t('intersection.flow', { from })}
          hollow={worst.stale}
        />
      )}
      {worst.speed !== undefined && (
        <Tile
          value={formatNumber(worst.speed, language)}
          unit="km/h"
          label={t('intersection.speed', { from })}
          hollow={worst.stale}
        />
      )}
    </div>
  )
}

function PhaseBars({ id }: { id: string }) {
  const { index, store } = useParts()
  const { t, language, local } = useTexts('console')
  const { word } = useValueText()
  const signal = useCity(({ signals }) => signals.get(id))
  const intersection = index.signalOf.get(id)
  useNow(500)
  const bars = useMemo(
    () => (signal && intersection ? cycleBars(intersection, signal.state) : undefined),
    [signal, intersection]
  )
  if (!bars || !signal || !intersection) return null
  // Between two reports the controller goes on; where it is silent, the line stands still.
  const since = signal.stale
    ? 0
    : Math.max(0, Math.min(3, (store.now() - Date.parse(signal.state.dateObserved)) / 1_000))
  const now = Math.min(bars.cycle, bars.now + since)
  const states = new Map(signal.state.states.map(({ signalGroup, state }) => [signalGroup, state]))
  const short = (phase: (typeof intersection.phases)[number]) =>
    `${phase.kind === 'pedestrian' ? t('phase.pedestrian') : phase.approach ? word(phase.approach) : ''} ${phase.id}`.trim()
  return (
    <section aria-labelledby="phases-title">
      <h3 id="phases-title" className="split">
        <span>{t('phase.title')}</span>
        <span className="dim tabular">
          {t('phase.cycle', {
            cycle: formatNumber(signal.state.timing.cycle, language),
            stage: signal.state.stage + 1,
            age: formatNumber(signal.state.stageAge + since, language)
          })}
        </span>
      </h3>
      <div className="phases">
        {bars.rows.map(({ phase, kind, segments }) => {
          const asPhase = intersection.phases.find((one) => one.id === phase)
          if (!asPhase) return null
          const state = states.get(phase)
          const label = `${local(asPhase.name)}: ${state ? t(`movement.${state}`) : t('movement.unavailable')}`
          return (
            <div key={phase} className="phase">
              <span className="phase-name" title={local(asPhase.name)}>
                {short(asPhase)}
              </span>
              <svg viewBox={`0 0 ${bars.cycle} 10`} preserveAspectRatio="none" role="img" aria-label={label}>
                <title>{label}</title>
                {segments.map(({ colour, from, to }) => (
                  <rect key={from} className={`${colour} ${kind}`} x={from} width={to - from} y="0" height="10" />
                ))}
              </svg>
            </div>
          )
        })}
        <span className="phase-now" style={{ '--at': now / bars.cycle } as React.CSSProperties} aria-hidden="true" />
      </div>
    </section>
  )
}

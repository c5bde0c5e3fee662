import type { Decision, EntriesAnswer } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { formatAge } from '../../format/age.ts'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useCity, useNow } from '../app/use-city.ts'

/** Why the newest timing was commanded, or was not: what was measured, what it led to, which limits were applied. */
export function WhyBox({ intersection }: { intersection: string }) {
  const { index } = useParts()
  const { t, shared, language, local } = useTexts('console')
  const now = useNow()
  // A new command is the sign that there is a new decision; refusals are asked for every now and then.
  const command = useCity(({ signals }) => signals.get(intersection)?.command?.id)
  const { data } = useQuery({
    queryKey: ['decisions', intersection, command],
    queryFn: ({ signal }) => request<EntriesAnswer>(paths.entries(intersection, 'decision', 20), { signal }),
    refetchInterval: 15_000
  })
  const entry = data?.entries.find(({ receivedAt }) => Date.parse(receivedAt) <= now + 1_000)
  if (entry?.kind !== 'decision') return null
  const decision: Decision = entry.payload
  const number = (value: number) => formatNumber(value, language)
  const phases = index.signalOf.get(intersection)?.phases
  const nameOf = (phase: number) => {
    const found = phases?.find(({ id }) => id === phase)
    return found ? local(found.name) : t('phase.number', { phase })
  }
  const greens = (timing: Decision['before']) => timing.greens.map(number).join(' / ')
  const demand = decision.demand
    .filter(({ flowRatio }) => flowRatio > 0)
    .sort((a, b) => b.flowRatio - a.flowRatio)
    .slice(0, 4)
  const offsets = decision.causes.length > 0 ? [Math.min(...decision.causes), Math.max(...decision.causes)] : []
  return (
    <section className="why" aria-labelledby="why-title">
      <h3 id="why-title">{t(`why.${decision.outcome}`)}</h3>
      {decision.after ? (
        <p className="tabular">
          {t('why.change', {
            before: greens(decision.before),
            after: greens(decision.after),
            cycleBefore: number(decision.before.cycle),
            cycleAfter: number(decision.after.cycle)
          })}
        </p>
      ) : (
        <p className="tabular">
          {t('why.kept', { greens: greens(decision.before), cycle: number(decision.before.cycle) })}
        </p>
      )}
      {decision.reason && <p>{local(decision.reason)}</p>}
      {demand.length > 0 && (
        <ul className="tabular">
          {demand.map((of) => (
            <li key={of.phase}>
              {nameOf(of.phase)}:{' '}
              {of.fallback
                ? t(`why.fallback.${of.fallback}`)
                : t('why.demand', {
                    counted: number(of.counted),
                    growth: number(of.queueGrowth),
                    ratio: formatNumber(of.flowRatio, language, 2),
                    saturation: number(of.saturationFlow)
                  })}
            </li>
          ))}
        </ul>
      )}
      {decision.limits.length > 0 && <p>{t('why.limits', { limits: decision.limits.map(local).join('; ') })}</p>}
      <p className="dim tabular">
        {t('why.source', { rule: decision.rule, version: decision.ruleVersion })}
        {offsets.length > 0 && ` · ${t('why.readings', { first: offsets[0], last: offsets[1] })}`}
        {` · ${formatAge(shared, now - Date.parse(entry.receivedAt))}`}
      </p>
    </section>
  )
}

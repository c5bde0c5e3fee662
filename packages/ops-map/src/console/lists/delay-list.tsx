import { slowestLinks } from '../../city/slowest-links.ts'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useCityList, useConsole } from '../app/use-city.ts'
import { ListRow } from './list-row.tsx'

const widths = { free: 2.2, dense: 3, slow: 4, standing: 5.2, unknown: 1.4 } as const

/** The roads on which most time is lost. */
export function DelayList() {
  const { index, ui } = useParts()
  const { t, language, local } = useTexts('console')
  const links = useCityList((state) => slowestLinks(index, state), ['entities'], 2_000)
  const selected = useConsole((state) => state.selected)
  if (links.length === 0) return <p className="all-well">{t('delay.none')}</p>
  return (
    <ul className="rows" aria-label={t('tab.delays')}>
      {links.map(({ id, level, speed, freeFlowSpeed, delay }) => {
        const asset = index.assets.get(id)
        return (
          <ListRow
            key={id}
            mark={
              <svg width="18" height="18" role="img" aria-label={t(`level.${level}`)}>
                <path d="M2 9h14" stroke={`var(--${level})`} strokeWidth={widths[level]} />
              </svg>
            }
            title={asset ? local(asset.properties.name) : id}
            aside={t('delay.seconds', { count: Math.round(delay) })}
            detail={t('delay.detail', {
              level: t(`level.${level}`),
              speed: formatNumber(speed, language),
              free: formatNumber(freeFlowSpeed, language)
            })}
            current={id === selected}
            onSelect={() => ui.select(id)}
          />
        )
      })}
    </ul>
  )
}

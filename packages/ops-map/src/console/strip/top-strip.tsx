import { formatTime, formatZone } from '../../format/clock.ts'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useCity, useMoment, useNow } from '../app/use-city.ts'
import { ConnectionBadge } from './connection-badge.tsx'
import { LanguageSwitch } from './language-switch.tsx'
import { OperatorMenu } from './operator-menu.tsx'
import { SearchBox } from './search-box.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

/** City, connection, counters, search, the city's clock, language, appearance, operator. */
export function TopStrip({ onChangePassword }: { onChangePassword: () => void }) {
  const { city, wall } = useParts()
  const { t, local } = useTexts('console')
  return (
    <header className="strip">
      <h1>{local(city.name)}</h1>
      <span className="product">{t('product')}</span>
      <ConnectionBadge />
      <Counters />
      <span className="filler" />
      {!wall && <SearchBox />}
      <CityClock />
      <LanguageSwitch />
      <ThemeSwitch />
      {!wall && <OperatorMenu onChangePassword={onChangePassword} />}
    </header>
  )
}

function Counters() {
  const { t, language } = useTexts('console')
  const { store } = useParts()
  const rates = useCity(() => store.live().rates)
  if (!rates) return null
  const { counters, readingsPerSecond } = rates
  const number = (value: number) => formatNumber(value, language)
  return (
    <>
      <span className="tabular rate">
        {t('counter.rate', { rate: formatNumber(readingsPerSecond, language, readingsPerSecond < 10 ? 1 : 0) })}
      </span>
      <span className="tabular counters">
        {t('counter.stored', { value: number(counters.stored) })} ·{' '}
        {t('counter.rejected', { value: number(counters.rejected) })} ·{' '}
        {t('counter.pending', { value: number(counters.pending) })}
      </span>
    </>
  )
}

function CityClock() {
  const { city } = useParts()
  const { t, language } = useTexts('console')
  const now = useNow()
  const past = useMoment() !== undefined
  return (
    <span className={`tabular clock ${past ? 'past' : ''}`} title={t(past ? 'clock.past' : 'clock.city')}>
      {formatTime(now, language, city.timeZone)} {formatZone(now, city.timeZone)}
    </span>
  )
}

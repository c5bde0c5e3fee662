import { useTexts } from '../../i18n/use-texts.ts'
import { useCityList } from '../app/use-city.ts'
import { DeadLetterList } from './dead-letter-list.tsx'
import { HealthView } from './health-view.tsx'
import { OfflineDevices } from './offline-devices.tsx'
import { RuleList } from './rule-list.tsx'

/** How the system itself is: health, what was refused, what is not connected, which rules run. */
export function MorePanel() {
  const { t } = useTexts('console')
  const offline = useCityList(
    ({ devices }) => [...devices.values()].filter(({ status }) => status !== 'online').length,
    ['devices']
  )
  return (
    <>
      <div className="list-heading">
        <h2>{t('section.more')}</h2>
      </div>
      <div className="scroll more">
        <details open>
          <summary>{t('more.health')}</summary>
          <HealthView />
        </details>
        <details>
          <summary>{t('more.deadLetters')}</summary>
          <DeadLetterList />
        </details>
        <details>
          <summary>
            {t('more.devices')} <span className="dim">{offline}</span>
          </summary>
          <OfflineDevices />
        </details>
        <details>
          <summary>{t('more.rules')}</summary>
          <RuleList />
        </details>
        <p>
          <a href="/parking" target="_blank" rel="noreferrer">
            {t('more.residents')}
          </a>{' '}
          ·{' '}
          <a href="?wall" target="_blank" rel="noreferrer">
            {t('more.wall')}
          </a>
        </p>
      </div>
    </>
  )
}

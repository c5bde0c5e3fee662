import { useState } from 'react'
import { useTexts } from '../i18n/use-texts.ts'
import { trafficLevels } from '../marks/traffic-level.ts'

const widths = { free: 2.2, dense: 3, slow: 4, standing: 5.2 } as const

/** What the marks mean. The short row is always there; the rest unfolds. */
export function Legend() {
  const { t } = useTexts('console')
  const [open, setOpen] = useState(false)
  return (
    <div className={open ? 'legend open' : 'legend'}>
      <ul aria-label={t('legend.label')}>
        {trafficLevels.map((level) => (
          <li key={level}>
            <svg width="18" height="8" aria-hidden="true">
              <path d="M1 4h16" stroke={`var(--${level})`} strokeWidth={widths[level]} />
            </svg>
            {t(`level.${level}`)}
          </li>
        ))}
        <li>
          <svg width="12" height="12" aria-hidden="true">
            <circle cx="6" cy="6" r="4.6" fill="var(--container-full)" />
          </svg>
          {t('legend.containerFull')}
        </li>
        <li>
          <svg width="12" height="12" aria-hidden="true">
            <circle cx="6" cy="6" r="4.4" fill="none" stroke="var(--dim)" strokeWidth="1.2" strokeDasharray="2 1.8" />
          </svg>
          {t('legend.stale')}
        </li>
        <li>
          <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? 'legend.less' : 'legend.more')}
          </button>
        </li>
      </ul>
      {open && (
        <ul>
          <li>
            <svg width="16" height="16" aria-hidden="true">
              <rect
                x="1.5"
                y="1.5"
                width="13"
                height="13"
                rx="3.6"
                fill="var(--panel)"
                stroke="var(--ink)"
                strokeWidth="1.6"
              />
              <rect x="6.6" y="4" width="2.8" height="8" rx="1.2" fill="var(--free)" />
            </svg>
            {t('legend.intersection')}
          </li>
          <li>
            <svg width="16" height="16" aria-hidden="true">
              <rect
                x="1.5"
                y="1.5"
                width="13"
                height="13"
                rx="3.6"
                fill="var(--panel)"
                stroke="var(--accent)"
                strokeWidth="1.6"
                strokeDasharray="2.6 1.9"
              />
            </svg>
            {t('legend.manual')}
          </li>
          <li>
            <svg width="16" height="16" aria-hidden="true">
              <rect
                x="1.5"
                y="1.5"
                width="13"
                height="13"
                rx="3.6"
                fill="var(--dense)"
                stroke="var(--ink)"
                strokeWidth="1.6"
              />
            </svg>
            {t('legend.flashing')}
          </li>
          <li>
            <span className="pill">P 148</span>
            {t('legend.free')}
          </li>
          <li>
            <span className="pill full">P 0</span>
            {t('legend.full')}
          </li>
          <li>
            <span className="pill hollow">P ?</span>
            {t('legend.unreliable')}
          </li>
          <li>
            <svg width="12" height="12" aria-hidden="true">
              <circle cx="6" cy="6" r="3.5" fill="var(--container-half)" />
            </svg>
            {t('legend.containerHalf')}
          </li>
          <li>
            <svg width="12" height="12" aria-hidden="true">
              <circle cx="6" cy="6" r="3" fill="var(--container-low)" />
            </svg>
            {t('legend.containerLow')}
          </li>
        </ul>
      )}
    </div>
  )
}

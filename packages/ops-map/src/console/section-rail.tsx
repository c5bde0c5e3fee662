import { useTexts } from '../i18n/use-texts.ts'
import { useParts } from './app/console-parts.ts'
import { type Section, sections } from './app/console-state.ts'
import { useConsole } from './app/use-city.ts'

const icons: Record<Section, React.ReactNode> = {
  traffic: <path d="M5 19v-6M12 19V9M19 19V5" />,
  parking: <path d="M8 20V4h5.5a4.5 4.5 0 0 1 0 9H8" />,
  waste: <path d="M4 6.5h16M9.5 6V4h5v2M6 6.5 7 20h10l1-13.5M10 10.5v6M14 10.5v6" />,
  alarms: <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4" />,
  more: <path d="M4 7h16M4 12h16M4 17h11" />
}

/** The sections of the console. */
export function SectionRail() {
  const { ui } = useParts()
  const { t } = useTexts('console')
  const section = useConsole((state) => state.section)
  return (
    <nav className="rail" aria-label={t('rail.label')}>
      {sections.map((name) => (
        <button
          key={name}
          type="button"
          title={t(`section.${name}`)}
          aria-label={t(`section.${name}`)}
          aria-current={name === section ? 'page' : undefined}
          onClick={() => ui.set({ section: name })}
        >
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            {icons[name]}
          </svg>
        </button>
      ))}
    </nav>
  )
}

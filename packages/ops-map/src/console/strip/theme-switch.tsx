import { chooseTheme, type ThemeChoice } from '../../base/theme.ts'
import { useTheme } from '../../base/use-theme.ts'
import { useTexts } from '../../i18n/use-texts.ts'

const following: Record<ThemeChoice, ThemeChoice> = { auto: 'light', light: 'dark', dark: 'auto' }

/** Goes round: as the system, light, dark. */
export function ThemeSwitch() {
  const { choice } = useTheme()
  const { shared } = useTexts('console')
  const label = `${shared('theme')}: ${shared(`theme.${choice}`)}`
  return (
    <button
      type="button"
      className="quiet icon"
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(following[choice])}
    >
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        <circle
          cx="10"
          cy="10"
          r="7.2"
          fill={choice === 'dark' ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.6"
        />
        {choice === 'auto' && <path d="M10 2.8a7.2 7.2 0 0 1 0 14.4z" fill="currentColor" />}
      </svg>
    </button>
  )
}

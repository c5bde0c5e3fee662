import { useSyncExternalStore } from 'react'
import { onThemeChange, type Theme, type ThemeChoice, theme, themeChoice } from './theme.ts'

/** The theme that is shown, and the choice behind it. */
export function useTheme(): { theme: Theme; choice: ThemeChoice } {
  const shown = useSyncExternalStore(onThemeChange, theme)
  const choice = useSyncExternalStore(onThemeChange, themeChoice)
  return { theme: shown, choice }
}

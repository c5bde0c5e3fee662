/** Light or dark as the person chose, or as the system says (`auto`). */
export const themeChoices = ['auto', 'light', 'dark'] as const
export type ThemeChoice = (typeof themeChoices)[number]
export type Theme = 'light' | 'dark'

const key = 'city-brain.theme'
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()
let choice: ThemeChoice = read()

/** Puts the theme on the page; call once before the first render. */
export function startTheme(): void {
  apply()
  dark.addEventListener('change', apply)
}

export function themeChoice(): ThemeChoice {
  return choice
}

/** What is shown: the choice, with `auto` resolved. */
export function theme(): Theme {
  if (choice !== 'auto') return choice
  return dark.matches ? 'dark' : 'light'
}

export function chooseTheme(next: ThemeChoice): void {
  choice = next
  if (next === 'auto') localStorage.removeItem(key)
  else localStorage.setItem(key, next)
  apply()
}

export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function apply(): void {
  document.documentElement.dataset.theme = theme()
  for (const listener of listeners) listener()
}

function read(): ThemeChoice {
  const stored = localStorage.getItem(key)
  return themeChoices.find((known) => known === stored) ?? 'auto'
}

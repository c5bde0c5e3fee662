/** The colours of tokens.css as the map needs them. Names are those of the custom properties. */
const names = [
  'ground',
  'water',
  'park',
  'road',
  'casing',
  'label',
  'building',
  'panel',
  'line',
  'ink',
  'dim',
  'accent',
  'accent-ink',
  'free',
  'dense',
  'slow',
  'standing',
  'unknown',
  'container-low',
  'container-half',
  'container-full',
  'critical',
  'high',
  'medium',
  'low'
] as const
export type TokenName = (typeof names)[number]
export type Tokens = Record<TokenName, string>

/** The custom properties as they stand on the page now, as `#rrggbb`. */
export function readTokens(): Tokens {
  const style = getComputedStyle(document.documentElement)
  return Object.fromEntries(
    names.map((name) => [name, sixDigits(style.getPropertyValue(`--${name}`).trim())])
  ) as Tokens
}

/** `#fff` is what a minifier makes of `#ffffff`. */
export function sixDigits(hex: string): string {
  return /^#[\da-f]{3}$/i.test(hex) ? `#${[...hex.slice(1)].map((digit) => digit + digit).join('')}` : hex
}

/** `#rrggbb` as deck.gl wants it. */
export function rgba(hex: string, alpha = 255): [number, number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255, alpha]
}

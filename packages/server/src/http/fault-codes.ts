import { type ErrorCode, errorCatalogue } from '@city-brain/model'

/** Codes of sibling packages that have another name in the catalogue of the API. */
const names: Record<string, ErrorCode> = {
  'history-misconfigured': 'history-unavailable',
  full: 'journal-full'
}

/** The catalogue's code of an error that a sibling package threw; classes need not be known for that. */
export function faultCodes(error: unknown): ErrorCode | undefined {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return undefined
  return names[code] ?? (Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : undefined)
}

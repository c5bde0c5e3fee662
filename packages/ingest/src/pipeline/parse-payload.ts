import type { Fault } from './message.ts'

/** Levels of nesting that a payload may have; LoRaWAN network servers use about eight. */
export const maxDepth = 20

export type ParsedPayload = { value: unknown; fault?: undefined } | { fault: Fault }

/**
 * JSON → value. Keys that could reach an object's prototype are refused anywhere, so that no later code has to think of
 * them, and so is deep nesting.
 */
export function parsePayload(text: string): ParsedPayload {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { fault: { code: 'not-json', message: reason(error) } }
  }
  if (typeof value === 'object' && value !== null) {
    const fault = inspect(value, '', 1)
    if (fault) return { fault }
  }
  return { value }
}

function inspect(value: object, path: string, depth: number): Fault | undefined {
  if (depth > maxDepth) return { code: 'too-deep', path, message: `must be nested at most ${maxDepth} levels deep` }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const inner: unknown = value[i]
      if (typeof inner === 'object' && inner !== null) {
        const fault = inspect(inner, `${path}/${i}`, depth + 1)
        if (fault) return fault
      }
    }
    return undefined
  }
  for (const key in value) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
      return { code: 'forbidden-key', path: `${path}/${key}`, message: `the key ${key} is not allowed` }
    }
    const inner = (value as Record<string, unknown>)[key]
    if (typeof inner === 'object' && inner !== null) {
      const fault = inspect(inner, `${path}/${escapePointer(key)}`, depth + 1)
      if (fault) return fault
    }
  }
  return undefined
}

function escapePointer(key: string): string {
  return key.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** V8 quotes the text in its message; a short piece says enough. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return `must be JSON: ${message.slice(0, 120)}`
}

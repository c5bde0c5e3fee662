import type { ApiError, ErrorCode } from '@city-brain/model'

/** An answer of the server that is no success, by its code in the model's catalogue; `unreachable` where there was none. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly code: ErrorCode | 'unreachable'
  readonly status: number
  readonly expected?: string

  constructor(code: ErrorCode | 'unreachable', status: number, message: string, expected?: string) {
    super(message)
    this.code = code
    this.status = status
    if (expected !== undefined) this.expected = expected
  }
}

/** One request to our own API: JSON in, JSON out. Rejects with an `ApiFailure`. */
export async function request<T>(
  path: string,
  { method = 'GET', body, signal }: { method?: 'GET' | 'POST' | 'DELETE'; body?: unknown; signal?: AbortSignal } = {}
): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(signal ? { signal } : {}),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiFailure('unreachable', 0, 'The city does not answer')
  }
  const text = await response.text()
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T
  throw failureOf(response.status, text)
}

function failureOf(status: number, text: string): ApiFailure {
  try {
    const { code, message, expected } = JSON.parse(text) as ApiError
    if (code) return new ApiFailure(code, status, message, expected)
  } catch {
    // Not our server's words (a proxy between): the status is all that is known.
  }
  return new ApiFailure(status === 401 ? 'unauthenticated' : 'internal', status, `HTTP ${status}`)
}

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { HttpError, InfluxDB } from '@influxdata/influxdb-client'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import { retryAfter } from './retry-after.ts'

export type InfluxRequest = {
  method: 'GET' | 'POST'
  path: string
  parameters?: Record<string, string>
  body?: string
  contentType?: string
  gzip?: boolean
}

/** What InfluxDB answered: anything below 500 that is not about who may and what is there. */
export type InfluxAnswer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Decoded JSON, or text. */
  body: unknown
}

export type InfluxClient = {
  /**
   * One request, awaited.
   * @throws HistoryUnavailable: no answer within the time limit, a broken connection, 429, 5xx
   * @throws HistoryMisconfigured: 401, 403
   */
  request(request: InfluxRequest): Promise<InfluxAnswer>
  close(): void
}

/**
 * The transport of `@influxdata/influxdb-client`, not its WriteApi: that one buffers in memory and loses what is in it.
 * Each request has a time limit of its own and is taken down when it is over, so that a server that hangs holds no socket.
 */
export function createInfluxClient({
  url,
  authorization,
  timeout
}: {
  url: string
  /** The header of that name. */
  authorization?: string
  /** Milliseconds for one request. */
  timeout: number
}): InfluxClient {
  const agent = url.startsWith('https:') ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  // The socket's own timeout would report a fault and leave the socket open: ours aborts.
  const { transport } = new InfluxDB({
    url,
    timeout: 0,
    headers: authorization === undefined ? {} : { authorization },
    transportOptions: { agent }
  })
  const running = new Set<AbortController>()
  let closed = false

  return {
    async request({ method, path, parameters = {}, body = '', contentType, gzip }) {
      if (closed) throw new HistoryUnavailable('The history is closed')
      const query = new URLSearchParams(parameters).toString()
      const abort = new AbortController()
      running.add(abort)
      let late = false
      const timer = setTimeout(() => {
        late = true
        abort.abort()
      }, timeout)
      const answer: InfluxAnswer = { status: 0, headers: {}, body: undefined }
      try {
        answer.body = await transport.request(
          query ? `${path}?${query}` : path,
          body,
          {
            method,
            headers: contentType ? { 'content-type': contentType } : {},
            ...(gzip ? { gzipThreshold: 1_000 } : {}),
            signal: abort.signal
          },
          (headers, status) => Object.assign(answer, { headers, status: status ?? 0 })
        )
        return answer
      } catch (fault) {
        if (late) throw new HistoryUnavailable(`InfluxDB did not answer within ${timeout / 1_000} s`, { cause: fault })
        if (fault instanceof HttpError) return fromHttpError(fault)
        throw new HistoryUnavailable(`InfluxDB cannot be reached: ${describe(fault)}`, { cause: fault })
      } finally {
        clearTimeout(timer)
        running.delete(abort)
      }
    },
    close() {
      closed = true
      for (const abort of running) abort.abort()
      agent.destroy()
    }
  }
}

function fromHttpError(error: HttpError): InfluxAnswer {
  const { statusCode: status, headers = {} } = error
  const body = parse(error.body)
  const message = `InfluxDB answered ${status}: ${messageOf(body)}`
  if (status === 401 || status === 403) throw new HistoryMisconfigured(message, { cause: error })
  if (status === 429 || (status > 500 && status < 600)) {
    const wait = retryAfter(headers['retry-after'], Date.now())
    throw new HistoryUnavailable(message, { cause: error, ...(wait === undefined ? {} : { retryAfter: wait }) })
  }
  return { status, headers, body }
}

function parse(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '')
  } catch {
    return body
  }
}

/** The words of InfluxDB: 1.x says `{error}`, 2.x `{code, message}`. Undefined where another program answered. */
export function faultOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { error, message } = body as { error?: unknown; message?: unknown }
  if (typeof error === 'string') return error
  return typeof message === 'string' ? message : undefined
}

export function messageOf(body: unknown): string {
  return faultOf(body) ?? (typeof body === 'string' ? body.slice(0, 200) : JSON.stringify(body ?? '').slice(0, 200))
}

function describe(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault)
  // A host with several addresses fails with an aggregate whose own message is empty.
  const first = fault instanceof AggregateError ? (fault.errors[0] as Error | undefined) : undefined
  return fault.message || first?.message || fault.name
}

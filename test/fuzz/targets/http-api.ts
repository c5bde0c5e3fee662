import { errorCatalogue } from '@city-brain/model'
import fc from 'fast-check'
import { createFaults, type FuzzTarget, shown } from '../fuzz-target.ts'
import { anyRequest, type Operation } from '../inputs/http-requests.ts'
import { exchange, type RawAnswer } from '../raw-http.ts'
import { startFuzzedCity } from '../running-city.ts'

const chunk = 500
const atOnce = 12
/** What no answer may show: a stack, a path of the machine, the inside of the program. */
const leaks =
  /\bat [\w.<>]+ \(|node_modules|file:\/\/|\.ts:\d+|\/(?:home|root|work|tmp|usr)\/|FST_ERR|ERR_[A-Z]|SQLITE|TypeError|RangeError/

/** Never a failure of the server, never its inside, and every error in the one form. */
export function faultOfAnswer(answer: RawAnswer | 'silence' | undefined): string | undefined {
  if (answer === undefined) return undefined
  if (answer === 'silence') return 'no answer'
  const { status, headers, body } = answer
  if (status >= 500) return `status ${status}: ${body.slice(0, 300)}`
  if (leaks.test(body)) return `shows its inside: ${body.slice(0, 300)}`
  if (status < 400 || body === '') return undefined
  if (!headers['content-type']?.startsWith('application/json')) return `an error of type ${headers['content-type']}`
  try {
    const { code, message, path: _p, expected: _e, ...others } = JSON.parse(body) as Record<string, unknown>
    const isKnown = typeof code === 'string' && Object.hasOwn(errorCatalogue, code)
    if (!isKnown || typeof message !== 'string' || Object.keys(others).length > 0)
      return `an error of another form: ${body}`
  } catch {
    return `an error that is no JSON: ${body.slice(0, 300)}`
  }
  return undefined
}

type OpenApi = {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[]; requestBody?: unknown }>>
}

function operationsOf({ paths }: OpenApi): Operation[] {
  return Object.entries(paths).flatMap(([path, all]) =>
    Object.entries(all).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
      ...(requestBody === undefined ? {} : { example: examples[`${method} ${path}`] ?? { offsets: [1, 2] } })
    }))
  )
}

const examples: Record<string, unknown> = {
  'post /api/session': { name: 'operator', password: 'wrong' },
  'post /api/session/password': { current: 'wrong', next: 'a new and long password' }
}

export const fuzzHttpApi: FuzzTarget = async ({ inputs, seed, folder }) => {
  const faults = createFaults()
  const { city, operator, fault, stop } = await startFuzzedCity(folder)
  const port = Number(new URL(city.url).port)
  const operations = operationsOf(await operator.get<OpenApi>('/api/openapi.json'))
  let cookie = operator.cookie
  for (let done = 0; done < inputs; done += chunk) {
    const input = anyRequest(operations, cookie, city.url)
    const requests = fc.sample(input, { numRuns: Math.min(chunk, inputs - done), seed: seed + done })
    const rest = requests.values()
    const sendRest = async () => {
      for (const request of rest) {
        const what = faultOfAnswer(await exchange(port, request))
        if (what !== undefined)
          faults.add(what, { request: request.toString('latin1').slice(0, 700), bytes: shown(request) })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, sendRest))
    const broken = await fault()
    if (broken !== undefined) {
      faults.add(broken, {})
      break
    }
    // One of the requests may have signed the session out.
    cookie = await signedIn(city.url, operator, cookie)
  }
  const errors = city
    .output()
    .split('\n')
    .filter((line) => /A request failed|uncaught|unhandled/i.test(line))
  for (const line of errors) faults.add(line, {})
  return {
    target: 'http-api',
    inputs,
    crashes: faults.count,
    acknowledged: 0,
    found: 0,
    lost: 0,
    peakMegabytes: await stop(),
    faults: faults.faults
  }
}

async function signedIn(
  url: string,
  { name, password }: { name: string; password: string },
  cookie: string
): Promise<string> {
  if ((await fetch(`${url}/api/session`, { headers: { cookie } })).ok) return cookie
  const answer = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, 'x-forwarded-for': '203.0.113.77' },
    body: JSON.stringify({ name, password })
  })
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] || cookie
}

import type { RunningCity } from './start-city.ts'

export type OperatorSession = {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  cookie: string
  name: string
  password: string
}

/** Signs in as the first operator of a city that was just started for the first time, and changes the password as it must. */
export async function signInFirst(city: RunningCity): Promise<OperatorSession> {
  if (!city.operator) throw new Error(`The city printed no first operator:\n${city.output()}`)
  const first = await signIn(city, city.operator)
  const { name } = city.operator
  const password = 'a much longer password of my own'
  const changed = await fetch(`${city.url}/api/session/password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: city.url, cookie: first.cookie },
    body: JSON.stringify({ current: city.operator.password, next: password })
  })
  if (!changed.ok) throw new Error(`Password: ${changed.status} ${await changed.text()}`)
  return sessionOf(city, cookieOf(changed) || first.cookie, { name, password })
}

/** Signs in, as after a restart. */
export async function signIn(
  city: RunningCity,
  operator: { name: string; password: string }
): Promise<OperatorSession> {
  const answer = await fetch(`${city.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: city.url },
    body: JSON.stringify({ name: operator.name, password: operator.password })
  })
  if (!answer.ok) throw new Error(`Sign-in: ${answer.status} ${await answer.text()}`)
  return sessionOf(city, cookieOf(answer), operator)
}

function sessionOf(
  city: RunningCity,
  cookie: string,
  { name, password }: { name: string; password: string }
): OperatorSession {
  const headers = { 'content-type': 'application/json', origin: city.url, cookie }
  const answer = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const response = await fetch(`${city.url}${path}`, { ...init, headers })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  return {
    get: (path) => answer(path),
    post: (path, body) => answer(path, { method: 'POST', body: JSON.stringify(body) }),
    cookie,
    name,
    password
  }
}

function cookieOf(response: Response): string {
  return (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

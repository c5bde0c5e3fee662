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
  const { name, password: first } = city.operator
  const password = 'a much longer password of my own'
  const headers = { 'content-type': 'application/json', origin: city.url }
  const signIn = await fetch(`${city.url}/api/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ name, password: first })
  })
  if (!signIn.ok) throw new Error(`Sign-in: ${signIn.status} ${await signIn.text()}`)
  let cookie = cookieOf(signIn)
  const changed = await fetch(`${city.url}/api/session/password`, {
    method: 'POST',
    headers: { ...headers, cookie },
    body: JSON.stringify({ current: first, next: password })
  })
  if (!changed.ok) throw new Error(`Password: ${changed.status} ${await changed.text()}`)
  cookie = cookieOf(changed) || cookie
  const answer = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const response = await fetch(`${city.url}${path}`, { ...init, headers: { ...headers, cookie } })
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

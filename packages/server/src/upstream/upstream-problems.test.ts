import { expect, test } from 'vitest'
import { upstreamBody, upstreamProblem } from './upstream-problems.ts'

const health = {
  name: 'lora',
  url: 'mqtts://secret-place.example.org:8883',
  since: Date.UTC(2026, 4, 4),
  received: 3,
  withoutPromise: 1
}

test('a broker that is away is told with the time since when, in both languages, and without its address', () => {
  const [problem] = upstreamProblem({ ...health, state: 'away', message: 'it cannot be reached (ECONNREFUSED)' })
  expect(problem?.status).toBe('degraded')
  expect(problem?.text).toEqual({
    en: 'Broker lora is away since 2026-05-04T00:00:00.000Z and tried again: it cannot be reached (ECONNREFUSED)',
    zh: '消息代理 lora 自 2026-05-04T00:00:00.000Z 起无法连接，正在重试：it cannot be reached (ECONNREFUSED)'
  })
  const body = upstreamBody({ ...health, state: 'away' })
  expect(body).toEqual({
    name: 'lora',
    state: 'away',
    since: '2026-05-04T00:00:00.000Z',
    received: 3,
    withoutPromise: 1
  })
})

test('what only people can mend is told apart from what passes by itself', () => {
  const [problem] = upstreamProblem({ ...health, state: 'misconfigured', message: 'it does not let this user in' })
  expect(problem?.text.en).toContain('not rightly configured')
  expect(upstreamProblem({ ...health, state: 'connected' })).toEqual([])
  expect(upstreamProblem({ ...health, state: 'connecting' })).toEqual([])
})

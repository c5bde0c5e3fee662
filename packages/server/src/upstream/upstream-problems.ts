import type { UpstreamHealth } from '@city-brain/ingest'
import { formatInstant, type Health } from '@city-brain/model'
import type { HealthProblem } from '../health/health.ts'

/**
 * What there is to say of a broker that the city is a client of: since when it is away, and whether it will come back by
 * itself. Its address is in the log only: health is for everybody.
 */
export function upstreamProblem({ name, state, since, message = '' }: UpstreamHealth): HealthProblem[] {
  if (state === 'connected' || state === 'connecting') return []
  const from = formatInstant(since)
  if (state === 'away') {
    return [
      {
        status: 'degraded',
        text: {
          en: `Broker ${name} is away since ${from} and tried again: ${message}`,
          zh: `消息代理 ${name} 自 ${from} 起无法连接，正在重试：${message}`
        }
      }
    ]
  }
  return [
    {
      status: 'degraded',
      text: {
        en: `Broker ${name} is not rightly configured, here or there, since ${from}: ${message}`,
        zh: `消息代理 ${name} 自 ${from} 起配置有误：${message}`
      }
    }
  ]
}

type UpstreamBody = NonNullable<Health['broker']['upstreams']>[number]

/** As health tells it. */
export function upstreamBody({ url: _, since, ...upstream }: UpstreamHealth): UpstreamBody {
  return { ...upstream, since: formatInstant(since) }
}

import { isEntityId } from './entity-id.ts'

/**
 * The topic grammar: `city/{area}/{domain}/{device}/{channel}`.
 * obs: telemetry · status: retained birth and last will · cmd: to the device · ack: from it · spat: signal state.
 */
export const domains = ['traffic', 'parking', 'waste', 'signal'] as const
export type Domain = (typeof domains)[number]

export const channels = ['obs', 'status', 'cmd', 'ack', 'spat'] as const
export type Channel = (typeof channels)[number]

export type CityTopic = { area: string; domain: Domain; device: string; channel: Channel }

/** The parts of a city topic, or undefined where it is none (gateways publish on topics of their own). */
export function parseTopic(topic: string): CityTopic | undefined {
  const parts = topic.split('/')
  if (parts.length !== 5) return undefined
  const [root, area, domain, device, channel] = parts as [string, string, string, string, string]
  if (root !== 'city' || !isEntityId(area) || !isEntityId(device)) return undefined
  if (!isDomain(domain) || !isChannel(channel)) return undefined
  return { area, domain, device, channel }
}

export function formatTopic(topic: CityTopic): string {
  return `city/${topic.area}/${topic.domain}/${topic.device}/${topic.channel}`
}

export function isDomain(text: string): text is Domain {
  return (domains as readonly string[]).includes(text)
}

export function isChannel(text: string): text is Channel {
  return (channels as readonly string[]).includes(text)
}

/**
 * Whether a topic matches an MQTT filter [MQTT-4.7]: `+` is one level, a last `#` any number.
 * A filter that starts with a wildcard does not match a topic that starts with `$` [MQTT-4.7.2-1].
 */
export function topicMatches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return i === wanted.length - 1
    if (i >= levels.length) return false
    if (wanted[i] !== '+' && wanted[i] !== levels[i]) return false
  }
  return wanted.length === levels.length
}

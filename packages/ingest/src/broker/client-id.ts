import { randomUUID } from 'node:crypto'

/**
 * A session belongs to the client id [MQTT-3.1.3-2], and whoever connects with a client id takes its session over. So the
 * broker puts the name that was authenticated in front of it: a device can only ever take over sessions of its own. No
 * registered name has a slash.
 */
export function boundClientId(speaker: string, clientId: string): string {
  return `${speaker}/${clientId === '' ? randomUUID() : clientId}`
}

/** The name in front of a bound client id. */
export function speakerOf(boundId: string): string {
  const slash = boundId.indexOf('/')
  return slash < 0 ? boundId : boundId.slice(0, slash)
}

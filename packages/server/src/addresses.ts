/** The address under which this machine reaches a listener: one that listens everywhere is reached by loopback. */
export function addressOf(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** How to reach a broker that is not ours: what the city's files only name (password, authority) has been read. */
export type UpstreamSettings = {
  /** In the log, in health, and as the source of what belongs to nobody. */
  name: string
  /** `mqtt://` or `mqtts://`, host and port. */
  url: string
  /** Names the persistent session there, so it must be the same at every start, and nobody else's. */
  clientId: string
  username?: string
  password?: string
  /** PEM of the authority that signed the broker's certificate; without it, the system's authorities. */
  authority?: string
}

/** How it stands with the connection to a broker that is not ours. */
export type UpstreamHealth = {
  name: string
  url: string
  /** `misconfigured`: only whoever runs the city or the broker can mend it; it is tried again all the same. */
  state: 'connecting' | 'connected' | 'away' | 'misconfigured'
  /** Since when, milliseconds since 1970. */
  since: number
  /** Why it is not connected. */
  message?: string
  /** Messages since the start. */
  received: number
  /** Of them, those that the broker delivered with QoS 0: stored like all others, but nobody would have sent them again. */
  withoutPromise: number
}

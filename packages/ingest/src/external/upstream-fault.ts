/** Why there is no connection; `misconfigured` where waiting will not help. */
export type UpstreamFault = { state: 'away' | 'misconfigured'; message: string }

/** Return codes of CONNACK [MQTT-3.2.2.3], as far as somebody has to mend something. */
const refusals: Record<number, string | undefined> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it refuses the client id',
  4: 'it refuses the user name or password',
  5: 'it does not let this user in'
}

/** The words of Node's TLS for a certificate that it does not accept. */
const certificateFault = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|HOSTNAME_MISMATCH/

/** What an error of mqtt.js or of its socket means to whoever runs the city. Told apart by codes only. */
export function upstreamFault(error: Error & { code?: string | number }): UpstreamFault {
  const { code } = error
  if (typeof code === 'number') {
    const refusal = refusals[code]
    if (refusal !== undefined) return { state: 'misconfigured', message: refusal }
  } else if (code !== undefined && certificateFault.test(code)) {
    return { state: 'misconfigured', message: `its certificate is not accepted (${code})` }
  }
  // Without the address, which is nobody's business who only asks for health.
  return { state: 'away', message: code === undefined ? error.message : `it cannot be reached (${code})` }
}

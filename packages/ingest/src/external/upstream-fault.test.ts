import { expect, test } from 'vitest'
import { upstreamFault } from './upstream-fault.ts'

const error = (message: string, code?: string | number) => Object.assign(new Error(message), code && { code })

test.each([
  [error('Connection refused: Bad User Name or Password', 4), 'misconfigured', 'it refuses the user name or password'],
  [error('Connection refused: Not authorized', 5), 'misconfigured', 'it does not let this user in'],
  [error('Connection refused: Identifier rejected', 2), 'misconfigured', 'it refuses the client id'],
  [error('Connection refused: Server unavailable', 3), 'away', 'it cannot be reached (3)'],
  [
    error('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'),
    'misconfigured',
    'its certificate is not accepted (SELF_SIGNED_CERT_IN_CHAIN)'
  ],
  [
    error("Hostname/IP does not match certificate's altnames", 'ERR_TLS_CERT_ALTNAME_INVALID'),
    'misconfigured',
    'its certificate is not accepted (ERR_TLS_CERT_ALTNAME_INVALID)'
  ],
  [error('connect ECONNREFUSED 10.1.2.3:1883', 'ECONNREFUSED'), 'away', 'it cannot be reached (ECONNREFUSED)'],
  [error('getaddrinfo ENOTFOUND mqtt.example.org', 'ENOTFOUND'), 'away', 'it cannot be reached (ENOTFOUND)'],
  [error('connack timeout'), 'away', 'connack timeout']
])('%s', (fault, state, message) => {
  expect(upstreamFault(fault)).toEqual({ state, message })
})

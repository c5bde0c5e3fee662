import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { temporaryFolder, waitFor } from '../city/start-city.ts'
import { findProgram } from '../programs/find-program.ts'
import { makeCertificates } from './make-certificates.ts'
import { passwordFile } from './password-file.ts'
import { startPublisher } from './publisher.ts'
import { startMosquitto } from './start-mosquitto.ts'
import { obs, reading, startUpstreamCity } from './start-upstream-city.ts'

const program = findProgram('mosquitto')
const passwd = findProgram('mosquitto_passwd')
const openssl = findProgram('openssl')

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

describe.skipIf(program === undefined || passwd === undefined)('credentials at an external broker', () => {
  const passwords = (given: Record<string, string>) => passwordFile(passwd as string, given)

  test('refused, that is said, and tried again until somebody mends it at the broker', async () => {
    const lines = ['allow_anonymous false', 'password_file FOLDER/passwords']
    const mosquitto = await startMosquitto(program as string, lines, { passwords: passwords({ city: 'old' }) })
    ends.push(() => mosquitto.remove())
    const city = await startUpstreamCity({ external: { url: mosquitto.url, username: 'city', password: 'right' } })
    ends.push(() => city.stop())
    const health = () => city.ingest.upstreams()[0]
    await waitFor(() => health()?.state === 'misconfigured', 10_000)
    expect(health()?.message).toBe('it does not let this user in')
    // Said once, however often it is tried.
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(city.logged.filter((line) => line.includes('not to be had'))).toHaveLength(1)
    expect(city.logged.join()).not.toContain('right')
    writeFileSync(join(mosquitto.folder, 'passwords'), passwords({ city: 'right' }))
    mosquitto.reload()
    await city.connected()
    expect(health()?.message).toBeUndefined()
  })
})

describe.skipIf(program === undefined || openssl === undefined)('TLS to an external broker', () => {
  test('with the authority it connects and takes readings; without it the certificate is not accepted', async () => {
    const folder = temporaryFolder()
    ends.push(() => folder.remove())
    const files = makeCertificates(openssl as string, folder.path)
    const mosquitto = await startMosquitto(
      program as string,
      ['allow_anonymous true', 'cafile FOLDER/ca.pem', 'certfile FOLDER/broker.pem', 'keyfile FOLDER/broker.key'],
      files
    )
    ends.push(() => mosquitto.remove())
    const url = `mqtts://127.0.0.1:${mosquitto.port}`
    const city = await startUpstreamCity({ external: { url, authority: files['ca.pem'] } })
    ends.push(() => city.stop())
    await city.connected()
    const publisher = await startPublisher(url, { ca: files['ca.pem'] })
    ends.push(() => publisher.end())
    publisher.publish(obs('det-1'), reading())
    await waitFor(() => city.journal.tally().accepted === 1, 5_000)

    const stranger = await startUpstreamCity({ external: { url, clientId: 'another' } })
    ends.push(() => stranger.stop())
    await waitFor(() => stranger.ingest.upstreams()[0]?.state === 'misconfigured', 10_000)
    expect(stranger.ingest.upstreams()[0]?.message).toMatch(/^its certificate is not accepted \(/)
  })
})

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { temporaryFolder, waitFor } from '../city/start-city.ts'
import { findProgram } from '../programs/find-program.ts'
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
  /** A password file as `mosquitto_passwd` makes it. */
  const passwordFile = (passwords: Record<string, string>) => {
    const folder = temporaryFolder()
    const file = join(folder.path, 'passwords')
    writeFileSync(file, '', { mode: 0o600 })
    for (const [name, password] of Object.entries(passwords)) {
      execFileSync(passwd as string, ['-b', file, name, password], { stdio: 'ignore' })
    }
    const text = readFileSync(file, 'utf8')
    folder.remove()
    return text
  }

  test('refused, that is said, and tried again until somebody mends it at the broker', async () => {
    const lines = ['allow_anonymous false', 'password_file FOLDER/passwords']
    const mosquitto = await startMosquitto(program as string, lines, { passwords: passwordFile({ city: 'old' }) })
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
    writeFileSync(join(mosquitto.folder, 'passwords'), passwordFile({ city: 'right' }))
    mosquitto.reload()
    await city.connected()
    expect(health()?.message).toBeUndefined()
  })
})

describe.skipIf(program === undefined || openssl === undefined)('TLS to an external broker', () => {
  const makeCertificates = (folder: string) => {
    const make = (...args: string[]) => execFileSync(openssl as string, args, { cwd: folder, stdio: 'ignore' })
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    make('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test authority')
    make('req', ...key, '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=broker')
    writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1')
    make(
      'x509',
      '-req',
      '-in',
      'broker.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'names',
      '-out',
      'broker.pem'
    )
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    return { 'ca.pem': read('ca.pem'), 'broker.pem': read('broker.pem'), 'broker.key': read('broker.key') }
  }

  test('with the authority it connects and takes readings; without it the certificate is not accepted', async () => {
    const folder = temporaryFolder()
    ends.push(() => folder.remove())
    const files = makeCertificates(folder.path)
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

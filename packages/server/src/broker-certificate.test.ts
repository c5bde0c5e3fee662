import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CityFile } from '@city-brain/model'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBrokerCertificate } from './broker-certificate.ts'
import { StartFault } from './start-fault.ts'
import { createCertificates } from './testing/make-certificates.ts'

const hasOpenssl = ['/usr/bin/openssl', '/usr/local/bin/openssl'].some((path) => existsSync(path))
if (!hasOpenssl && process.env.CI === 'true') throw new Error('openssl is not installed')
if (!hasOpenssl) console.log('Skipped: openssl is not installed.')

describe.skipIf(!hasOpenssl)('the certificate of the broker', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'city-brain-certificates-'))
    const certificates = createCertificates(folder)
    certificates.authority('ca')
    certificates.issue('broker', 'ca')
    certificates.issue('other', 'ca')
    certificates.issue('soon', 'ca', 20)
    writeFileSync(join(folder, 'text.pem'), 'not a certificate')
    writeFileSync(join(folder, 'damaged.pem'), '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')
    execFileSync('openssl', ['pkey', '-in', 'broker.key', '-aes256', '-passout', 'pass:x', '-out', 'locked.key'], {
      cwd: folder,
      stdio: 'ignore'
    })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const read = (tls: { certificate: string; key: string; clientAuthority?: string }) =>
    readBrokerCertificate({ folder, file: { broker: { tls: { port: 8883, ...tls } } } as CityFile })

  test('is read with its key and the authority of the devices', async () => {
    const read1 = await read({ certificate: 'broker.pem', key: 'broker.key', clientAuthority: 'ca.pem' })
    expect(read1?.tls).toMatchObject({ port: 8883, clientAuthority: expect.stringContaining('BEGIN CERTIFICATE') })
    expect(read1?.problems(Date.now())).toEqual([])
    expect(await readBrokerCertificate({ folder, file: {} as CityFile })).toBeUndefined()
  })

  test('is in the health from thirty days before its end, and after it', async () => {
    const soon = await read({ certificate: 'soon.pem', key: 'soon.key' })
    const day = 86_400_000
    expect(soon?.problems(Date.now())).toMatchObject([
      { status: 'degraded', text: { en: expect.stringMatching(/soon\.pem ends on \d{4}-/) } }
    ])
    expect(soon?.problems(Date.now() + 21 * day)).toMatchObject([{ text: { en: expect.stringMatching(/has ended/) } }])
    expect(soon?.problems(Date.now() - day)).toMatchObject([{ text: { en: expect.stringMatching(/not valid yet/) } }])
    const broker = await read({ certificate: 'broker.pem', key: 'broker.key', clientAuthority: 'ca.pem' })
    expect(broker?.problems(Date.now() + 334 * day)).toEqual([])
    expect(broker?.problems(Date.now() + 336 * day)).toHaveLength(1)
    expect(broker?.problems(Date.now() + 3_640 * day)).toHaveLength(2)
  })

  test.each([
    [
      { certificate: 'none.pem', key: 'broker.key' },
      'broker.tls.certificate in city.yaml: none.pem cannot be read: there is no such file.'
    ],
    [
      { certificate: 'broker.pem', key: 'none.key' },
      'broker.tls.key in city.yaml: none.key cannot be read: there is no such file.'
    ],
    [
      { certificate: 'text.pem', key: 'broker.key' },
      'broker.tls.certificate in city.yaml: text.pem has no certificate in PEM form.'
    ],
    [
      { certificate: 'damaged.pem', key: 'broker.key' },
      'broker.tls.certificate in city.yaml: damaged.pem has a certificate that is damaged.'
    ],
    [
      { certificate: 'broker.pem', key: 'broker.pem' },
      'broker.tls.key in city.yaml: broker.pem has no private key in PEM form.'
    ],
    [
      { certificate: 'broker.pem', key: 'locked.key' },
      'broker.tls.key in city.yaml: locked.key is protected by a passphrase; it must have none.'
    ],
    [
      { certificate: 'broker.pem', key: 'other.key' },
      'broker.tls.key in city.yaml: other.key does not belong to the certificate in broker.pem.'
    ],
    [
      { certificate: 'broker.pem', key: 'broker.key', clientAuthority: 'other.pem' },
      'broker.tls.clientAuthority in city.yaml: other.pem is not the certificate of an authority.'
    ]
  ])('%j is one clear line', async (tls, message) => {
    const fault = await read(tls).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(StartFault)
    expect((fault as StartFault).message).toBe(message)
  })
})

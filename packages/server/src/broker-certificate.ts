import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { CityFile } from '@city-brain/model'
import type { HealthProblem } from './health/health.ts'
import { StartFault } from './start-fault.ts'

const day = 86_400_000
/** Health speaks of a certificate from so many milliseconds before its end. */
const notice = 30 * day

export type BrokerCertificate = {
  /** What the listener needs, as PEM text. */
  tls: { port: number; certificate: string; key: string; clientAuthority?: string }
  /** Certificates that end soon, or have ended, at this moment (milliseconds since 1970). */
  problems(now: number): HealthProblem[]
}

type Tls = NonNullable<NonNullable<CityFile['broker']>['tls']>

/**
 * The files of `broker.tls`, read and found to fit each other; undefined where the city has none. What is wrong with one is
 * a StartFault of one line that names the setting and the file.
 */
export async function readBrokerCertificate({
  folder,
  file
}: {
  folder: string
  file: CityFile
}): Promise<BrokerCertificate | undefined> {
  const tls = file.broker?.tls
  if (tls === undefined) return undefined
  const read = (setting: 'certificate' | 'key' | 'clientAuthority', name: string) => readPem(folder, setting, name)
  const [certificate, key, clientAuthority] = await Promise.all([
    read('certificate', tls.certificate),
    read('key', tls.key),
    tls.clientAuthority === undefined ? undefined : read('clientAuthority', tls.clientAuthority)
  ])
  const own = parseCertificates('certificate', tls.certificate, certificate)
  const authorities =
    clientAuthority === undefined
      ? []
      : parseCertificates('clientAuthority', tls.clientAuthority ?? '', clientAuthority)
  if (authorities.some(({ ca }) => !ca)) {
    throw fault('clientAuthority', tls.clientAuthority ?? '', 'is not the certificate of an authority')
  }
  if (!own[0]?.checkPrivateKey(parseKey(tls.key, key))) {
    throw fault('key', tls.key, `does not belong to the certificate in ${tls.certificate}`)
  }
  try {
    createSecureContext({ cert: certificate, key, ca: clientAuthority })
  } catch (error) {
    throw fault('certificate', tls.certificate, `cannot be used: ${(error as Error).message}`)
  }
  return {
    tls: { port: tls.port, certificate, key, ...(clientAuthority === undefined ? {} : { clientAuthority }) },
    problems: (now) => [
      ...own.slice(0, 1).flatMap((one) => endingSoon(tls.certificate, one, now)),
      ...authorities.flatMap((one) => endingSoon(tls.clientAuthority ?? '', one, now))
    ]
  }
}

function fault(setting: keyof Tls, name: string, what: string): StartFault {
  return new StartFault(`broker.tls.${setting} in city.yaml: ${name} ${what}.`)
}

async function readPem(folder: string, setting: keyof Tls, name: string): Promise<string> {
  try {
    return await readFile(resolve(folder, name), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'you may not read it' : String(code)
    throw fault(setting, name, `cannot be read: ${why}`)
  }
}

/** All certificates of a file; the first is the one that counts, the others lead to its authority. */
function parseCertificates(setting: keyof Tls, name: string, text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw fault(setting, name, 'has no certificate in PEM form')
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    throw fault(setting, name, 'has a certificate that is damaged')
  }
}

function parseKey(name: string, text: string): KeyObject {
  // In the first line of a PKCS #8 key, or in a header of the older form.
  if (/^(-----BEGIN ENCRYPTED|Proc-Type:.*ENCRYPTED)/m.test(text)) {
    throw fault('key', name, 'is protected by a passphrase; it must have none')
  }
  try {
    return createPrivateKey(text)
  } catch {
    throw fault('key', name, 'has no private key in PEM form')
  }
}

function endingSoon(name: string, { validFrom, validTo }: X509Certificate, now: number): HealthProblem[] {
  const end = Date.parse(validTo)
  const date = new Date(end).toISOString().slice(0, 10)
  if (end <= now) return [problem(`The certificate ${name} has ended on ${date}`, `证书 ${name} 已于 ${date} 过期`)]
  if (Date.parse(validFrom) > now) {
    return [problem(`The certificate ${name} is not valid yet`, `证书 ${name} 尚未生效`)]
  }
  if (end - now > notice) return []
  return [problem(`The certificate ${name} ends on ${date}`, `证书 ${name} 将于 ${date} 到期`)]
}

function problem(en: string, zh: string): HealthProblem {
  return { status: 'degraded', text: { en, zh } }
}

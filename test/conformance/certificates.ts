import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Keys and certificates of a folder, made with `openssl` as an integrator makes them: an authority, and what it signs. */
export function makeCertificates(folder: string, authority: string) {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const curve = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
  openssl('genpkey', ...curve, '-out', `${authority}.key`)
  openssl(
    ...['req', '-x509', '-new', '-key', `${authority}.key`, '-subj', `/CN=${authority}`, '-days', '30'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-out', `${authority}.pem`]
  )
  return {
    authority: join(folder, `${authority}.pem`),
    /** For 127.0.0.1, with this common name. */
    issue(file: string, commonName: string): { certificate: string; key: string } {
      openssl('genpkey', ...curve, '-out', `${file}.key`)
      openssl('req', '-new', '-key', `${file}.key`, '-subj', `/CN=${commonName}`, '-out', `${file}.csr`)
      writeFileSync(join(folder, `${file}.ext`), 'subjectAltName=IP:127.0.0.1\n')
      openssl(
        ...['x509', '-req', '-in', `${file}.csr`, '-CA', `${authority}.pem`, '-CAkey', `${authority}.key`],
        ...['-CAcreateserial', '-days', '30', '-extfile', `${file}.ext`, '-out', `${file}.pem`]
      )
      return { certificate: join(folder, `${file}.pem`), key: join(folder, `${file}.key`) }
    }
  }
}

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Issued = { certificate: string; key: string }

/** Makes keys and certificates in a folder with `openssl`, as an integrator does. Names are those of the files. */
export function createCertificates(folder: string) {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const file = (name: string) => join(folder, name)
  const newKey = (name: string) =>
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`)

  return {
    /** An authority that signs others; also in the file `NAME.pem`. */
    authority(name: string): Issued {
      newKey(name)
      const extension = 'basicConstraints=critical,CA:TRUE'
      openssl(
        ...['req', '-x509', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-days', '3650'],
        ...['-addext', extension, '-out', `${name}.pem`]
      )
      return { certificate: file(`${name}.pem`), key: file(`${name}.key`) }
    },
    /** A certificate with this common name, for 127.0.0.1, signed by an authority of the folder. */
    issue(name: string, authority: string, days = 365): Issued {
      newKey(name)
      writeFileSync(file(`${name}.ext`), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
      openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`)
      openssl(
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${authority}.pem`, '-CAkey', `${authority}.key`],
        ...['-CAcreateserial', '-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.pem`]
      )
      return { certificate: file(`${name}.pem`), key: file(`${name}.key`) }
    }
  }
}

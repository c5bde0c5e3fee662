import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** An authority and a certificate of 127.0.0.1 that it signed, by file name; made in a folder that is there. */
export function makeCertificates(
  openssl: string,
  folder: string
): Record<'ca.pem' | 'broker.pem' | 'broker.key', string> {
  const make = (...args: string[]) => execFileSync(openssl, args, { cwd: folder, stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  make('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test authority')
  make('req', ...key, '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=broker')
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1')
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
  make('x509', '-req', '-in', 'broker.csr', ...signed, '-out', 'broker.pem')
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  return { 'ca.pem': read('ca.pem'), 'broker.pem': read('broker.pem'), 'broker.key': read('broker.key') }
}

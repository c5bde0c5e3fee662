import type { CityFile, DeviceRegister, Problem, UpstreamBroker, YamlDocument } from '@city-brain/model'
import { externalBrokerName, sessionName } from '../upstream/read-brokers.ts'

type Named = { document: YamlDocument; path: string; broker: UpstreamBroker; session: string }

/** What the schemas cannot say of brokers that are not ours: addresses that are none, sessions that would take turns. */
export function checkBrokers(
  { document: cityDocument, file }: { document: YamlDocument; file: CityFile },
  { document: devicesDocument, register }: { document: YamlDocument; register: DeviceRegister }
): Problem[] {
  const problems: Problem[] = []
  const report = (document: YamlDocument, path: string, message: string) =>
    problems.push({ file: document.file, ...document.locate(path), path, code: 'inconsistent', message })

  const named: Named[] = []
  const { external, tls } = file.broker ?? {}
  if (external) {
    named.push({ document: cityDocument, path: '/broker/external', broker: external, session: sessionName(file.id) })
    if (tls) report(cityDocument, '/broker/tls', 'with an external broker nothing listens here, with or without TLS')
  }
  const registered = [...(register.devices ?? []), ...(register.gateways ?? [])]
  if (registered.some(({ id }) => id === externalBrokerName)) {
    report(devicesDocument, '', `${externalBrokerName} stands for the external broker and can be no device`)
  }
  register.gateways?.forEach(({ id, broker }, index) => {
    if (!broker) return
    named.push({
      document: devicesDocument,
      path: `/gateways/${index}/broker`,
      broker,
      session: sessionName(file.id, id)
    })
  })

  const sessions = new Map<string, string>()
  for (const { document, path, broker, session } of named) {
    if (!isAddress(broker.url)) report(document, `${path}/url`, 'must be mqtt:// or mqtts:// with host and port')
    if (broker.passwordVariable !== undefined && broker.username === undefined) {
      report(document, path, 'MQTT 3.1.1 has no password without a username')
    }
    if (broker.authority !== undefined && !broker.url.startsWith('mqtts:')) {
      report(document, `${path}/authority`, 'only mqtts:// shows a certificate')
    }
    const key = `${broker.url} ${broker.clientId ?? session}`
    const other = sessions.get(key)
    if (other !== undefined) {
      report(document, path, `has the same url and clientId as ${other}: they would take the session from each other`)
    }
    sessions.set(key, `${document.file}${path}`)
  }
  return problems
}

function isAddress(url: string): boolean {
  try {
    const { hostname, pathname } = new URL(url)
    return hostname !== '' && pathname === ''
  } catch {
    return false
  }
}

import type { AssetCollection, DeviceRegister, Intersection, Problem, YamlDocument } from '@city-brain/model'

/** What the schema of `devices.yaml` cannot say: unique ids, entities and areas that are there, topics that stay out of `city/`. */
export function checkDevices(document: YamlDocument, register: DeviceRegister, assets: AssetCollection): Problem[] {
  const kinds = new Map(assets.features.map((asset) => [asset.id, asset.properties.kind]))
  const problems: Problem[] = []
  const report = (path: string, code: Problem['code'], message: string) =>
    problems.push({ file: document.file, ...document.locate(path), path, code, message })

  const seen = new Set<string>()
  const unique = (path: string, id: string) => {
    if (seen.has(id)) report(`${path}/id`, 'duplicate', `${id} is registered already`)
    seen.add(id)
  }
  const subjects = new Map<string, string>()
  const certificate = (path: string, id: string, subject: string | undefined) => {
    if (subject === undefined) return
    const other = subjects.get(subject)
    if (other !== undefined) {
      report(`${path}/certificateSubject`, 'duplicate', `${subject} is the certificate of ${other} already`)
    }
    subjects.set(subject, id)
  }
  const entities = (path: string, ids: readonly string[] = []) =>
    ids.forEach((id, index) => {
      if (!kinds.has(id)) report(`${path}/entities/${index}`, 'unknown-reference', `there is no asset ${id}`)
    })

  // The model has the word already; until a source can bring the city's time, a city that relies on one must not start.
  const source = (path: string, kind: string | undefined) => {
    if (kind === 'timekeeper') report(`${path}/source`, 'inconsistent', 'timekeepers are not supported yet')
  }

  register.devices?.forEach((device, index) => {
    const path = `/devices/${index}`
    unique(path, device.id)
    certificate(path, device.id, device.certificateSubject)
    source(path, device.source)
    if (kinds.get(device.area) !== 'area') {
      report(`${path}/area`, 'unknown-reference', `there is no area ${device.area}`)
    }
    entities(path, device.entities)
  })
  register.gateways?.forEach((gateway, index) => {
    const path = `/gateways/${index}`
    unique(path, gateway.id)
    certificate(path, gateway.id, gateway.certificateSubject)
    source(path, gateway.source)
    entities(path, gateway.entities)
    gateway.topics.forEach((filter, at) => {
      const fault = filterFault(filter)
      if (fault) report(`${path}/topics/${at}`, 'inconsistent', fault)
    })
    gateway.subscribe?.forEach((filter, at) => {
      const fault = filterFault(filter)
      if (fault) report(`${path}/subscribe/${at}`, 'inconsistent', fault)
    })
    if (gateway.webhook && !gateway.topics.some((filter) => takesWebhooks(filter, gateway.id))) {
      const message = `its deliveries come on topics below webhook/${gateway.id}, which are not among its topics`
      report(`${path}/webhook`, 'inconsistent', message)
    }
  })
  return problems
}

function takesWebhooks(filter: string, gateway: string): boolean {
  const [root, id] = filter.split('/')
  return root === 'webhook' && (id === gateway || id === '+' || id === '#')
}

/** Every intersection's controller must be a device of the domain `signal`, or no command would ever reach it. */
export function checkControllers(
  documents: readonly YamlDocument[],
  intersections: readonly Intersection[],
  register: DeviceRegister
): Problem[] {
  const controllers = new Set(
    register.devices?.filter((device) => device.domain === 'signal').map((device) => device.id)
  )
  return intersections.flatMap((intersection) => {
    if (controllers.has(intersection.controller)) return []
    const holds = (document: YamlDocument) =>
      (document.value as { intersection?: unknown } | null)?.intersection === intersection.intersection
    const document = documents.find(holds)
    const message = `there is no device ${intersection.controller} of the domain signal in devices.yaml`
    const place = document ? { file: document.file, ...document.locate('/controller') } : { file: 'signals' }
    return [{ ...place, path: '/controller', code: 'unknown-reference' as const, message }]
  })
}

/** A gateway's filters: well-formed [MQTT-4.7.1], and never matching the topics of devices or of the broker itself. */
function filterFault(filter: string): string | undefined {
  const levels = filter.split('/')
  const wild = levels.findIndex((level) => level.includes('#'))
  if (wild !== -1 && (levels[wild] !== '#' || wild !== levels.length - 1)) return '# must stand alone at the end'
  if (levels.some((level) => level.includes('+') && level !== '+')) return '+ must stand alone in its level'
  const [first] = levels
  if (first === 'city') return "topics below city/ belong to devices; a gateway's topics begin otherwise"
  if (first === '+' || first === '#') return 'must not begin with a wildcard: it would match topics below city/'
  if (first?.startsWith('$')) return "topics that begin with $ are the broker's own"
  return undefined
}

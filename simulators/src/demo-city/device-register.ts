import type { Asset, DeviceRegistration, GatewayRegistration } from '@city-brain/model'

/** `devices.yaml` as text: cabinets for detectors, a controller for each intersection, car parks, LoRaWAN for containers. */
export function deviceRegisterOf(assets: readonly Asset[]): string {
  const of = <K extends Asset['properties']['kind']>(kind: K) =>
    assets.filter((asset) => asset.properties.kind === kind)
  const areas = of('area').map((asset) => asset.id)
  const devices: DeviceRegistration[] = []
  for (const area of areas) {
    const detectors = of('detector').filter((asset) => asset.properties.area === area)
    for (let i = 0; i * 16 < detectors.length; i++) {
      const entities = detectors.slice(i * 16, i * 16 + 16).map((asset) => asset.id)
      devices.push({ id: `cab-${area}-${i + 1}`, area, domain: 'traffic', entities, simulated: true })
    }
  }
  for (const { id, properties } of of('intersection')) {
    devices.push({ id: `ctl-${id}`, area: properties.area, domain: 'signal', entities: [id], simulated: true })
  }
  for (const { id, properties } of of('parkingSite')) {
    if (id !== 'p-try-me') devices.push({ id, area: properties.area, domain: 'parking', simulated: true })
  }
  const direct = of('container').filter((asset) => asset.id.startsWith('smart-bin-'))
  for (const { id, properties } of direct) devices.push({ id, area: properties.area, domain: 'waste', simulated: true })
  const gateways: GatewayRegistration[] = areas.map((area) => ({
    id: `lora-${area}`,
    topics: [`lorawan/${area}/+/up`],
    entityPrefix: `bin-${area}-`,
    simulated: true
  }))
  const past = assets.filter(
    (asset) => ['detector', 'parkingSite', 'container'].includes(asset.properties.kind) && !asset.id.endsWith('try-me')
  )
  const areaOf = (id: string) => assets.find((asset) => asset.id === id)?.properties.area
  return [
    '# Who may speak in Mingzhou. Secrets are not in here: the city makes them (`city-brain device secret ID`).',
    'devices:',
    '  # Two devices that nobody simulates: publish as them from a program of your own.',
    ...[
      { id: 'try-me', area: areaOf('try-me') ?? '', domain: 'waste' as const },
      { id: 'p-try-me', area: areaOf('p-try-me') ?? '', domain: 'parking' as const }
    ].map(line),
    '  # Cabinets at the roadside report the detectors around them, controllers their intersection, the rest themselves.',
    ...devices.map(line),
    'gateways:',
    '  # One LoRaWAN network server for each area; feeds/lorawan.yaml maps what they send.',
    ...gateways.map(line),
    '  # Brings a day of history at the first start.',
    '  - id: demo-history',
    '    topics: [demo-history/+]',
    '    source: backfill',
    '    simulated: true',
    '    entities:',
    ...rows(past.map((asset) => asset.id)).map(
      (row, i, all) => `      ${i === 0 ? '[' : ' '}${row}${i === all.length - 1 ? ']' : ','}`
    ),
    ''
  ].join('\n')
}

/** One registration as a line of flow YAML; every value is plain enough for it. */
function line(entry: DeviceRegistration | GatewayRegistration): string {
  const value = (item: unknown) => (Array.isArray(item) ? `[${item.join(', ')}]` : String(item))
  return `  - { ${Object.entries(entry)
    .map(([key, item]) => `${key}: ${value(item)}`)
    .join(', ')} }`
}

function rows(ids: readonly string[]): string[] {
  const result: string[] = []
  for (let i = 0; i < ids.length; i += 8) result.push(ids.slice(i, i + 8).join(', '))
  return result
}

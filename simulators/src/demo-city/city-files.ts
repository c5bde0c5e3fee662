import type { Asset, Intersection } from '@city-brain/model'
import type { BasemapFeature } from './basemap.ts'
import { cityName } from './plan-places.ts'

/** GeoJSON with one feature a line, so that a change shows as the lines that changed. */
export function featureCollection(features: readonly (Asset | BasemapFeature)[]): string {
  return `{"type":"FeatureCollection","features":[\n${features.map((feature) => JSON.stringify(feature)).join(',\n')}\n]}\n`
}

export function cityFile(centre: [number, number], seed: number): string {
  return `# Mingzhou, a city that does not exist. Made by simulators/src/demo-city/generate.ts --seed ${seed}: change the plan there, not here.
id: mingzhou
name: { en: ${cityName.en}, zh: ${cityName.zh} }
timeZone: Asia/Shanghai
languages: [en, zh]
# Where the map opens: [longitude, latitude].
centre: [${centre.join(', ')}]
zoom: 13
`
}

/** One intersection as YAML, a phase a line. */
export function signalFile(intersection: Intersection, name: string): string {
  const list = (items: readonly (number | string)[]) => `[${items.join(', ')}]`
  const phases = intersection.phases.map((phase) => {
    const parts = [
      `id: ${phase.id}`,
      `name: { en: "${phase.name.en}", zh: "${phase.name.zh}" }`,
      ...(phase.approach ? [`approach: "${phase.approach}"`] : []),
      `kind: ${phase.kind}`,
      `minimumGreen: ${phase.minimumGreen}`,
      `maximumGreen: ${phase.maximumGreen}`,
      `yellowChange: ${phase.yellowChange}`,
      `redClearance: ${phase.redClearance}`,
      ...(phase.walk === undefined ? [] : [`walk: ${phase.walk}`, `pedestrianClear: ${phase.pedestrianClear}`]),
      `lanes: ${phase.lanes}`,
      `saturationFlow: ${phase.saturationFlow}`,
      `detectors: ${list(phase.detectors)}`
    ]
    return `  - { ${parts.join(', ')} }`
  })
  const { plan, cycle } = intersection
  return `# ${name}
intersection: ${intersection.intersection}
revision: ${intersection.revision}
controller: ${intersection.controller}
# Seconds, as are all times in here.
cycle: { minimum: ${cycle.minimum}, maximum: ${cycle.maximum} }
phases:
${phases.join('\n')}
# Pairs of phases that may never have green, or clear, at the same time.
conflicts: [${intersection.conflicts.map(list).join(', ')}]
stages:
${intersection.stages.map((stage) => `  - ${list(stage)}`).join('\n')}
# The local fixed-time plan, which runs without the centre.
plan: { cycle: ${plan.cycle}, greens: ${list(plan.greens)}, offset: ${plan.offset} }
`
}

export const lorawanFeed = `# Uplinks of a LoRaWAN network server (the JSON of ChirpStack's MQTT integration, version 4), decoded by its codec to
#   {"time":"…","deviceInfo":{"deviceName":"bin-oldtown-014","devEui":"…"},"rxInfo":[{"rssi":-97,"snr":6.2}],
#    "object":{"fill_percent":63,"temperature":24.5,"battery_percent":87,"tilted":false,"burning":false}}
# A name that is no entity of the area is refused, and shows among the dead letters.
feed: lorawan
topic: lorawan/+/+/up
# Joins and keep-alives carry no measurement.
when: has(payload.object)
type: WasteContainer
entity: payload.deviceInfo.deviceName
dateObserved: payload.time
attributes:
  fillingLevel: payload.object.fill_percent / 100.0
  temperature: payload.object.temperature
  batteryLevel: payload.object.battery_percent / 100.0
  rssi: payload.rxInfo[0].rssi
  status: |
    payload.object.burning ? 'burning' : payload.object.tilted ? 'moved' : 'ok'
`

import type { AssetKind, LocalizedText } from '@city-brain/model'
import type { CityIndex } from './city-index.ts'

export type SearchHit = { kind: AssetKind | 'rule'; id: string; name: LocalizedText }

/** Kinds that people look for first. */
const order: SearchHit['kind'][] = [
  'area',
  'intersection',
  'parkingSite',
  'rule',
  'roadSegment',
  'container',
  'detector',
  'parkingSpot',
  'depot'
]

/**
 * Places, devices and rules by words of their name in either language or by id: every word of the text must occur. A hit at
 * the begin of a name or an id comes first.
 */
export function searchCity(index: CityIndex, text: string, limit = 12): SearchHit[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const found: { hit: SearchHit; rank: number }[] = []
  const consider = (hit: SearchHit) => {
    const id = hit.id.toLowerCase()
    const [en, zh] = [hit.name.en.toLowerCase(), hit.name.zh.toLowerCase()]
    const whole = `${id} ${en} ${zh}`
    if (!words.every((word) => whole.includes(word))) return
    const [first] = words as [string]
    const begins = id === first ? 0 : en.startsWith(first) || zh.startsWith(first) || id.startsWith(first) ? 1 : 2
    found.push({ hit, rank: begins * 100 + order.indexOf(hit.kind) })
  }
  for (const { id, properties } of index.assets.values()) consider({ kind: properties.kind, id, name: properties.name })
  for (const { id, title } of index.city.rules) consider({ kind: 'rule', id, name: title })
  found.sort((a, b) => a.rank - b.rank || (a.hit.id < b.hit.id ? -1 : 1))
  return found.slice(0, limit).map(({ hit }) => hit)
}

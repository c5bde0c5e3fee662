import { type Map as MapLibreMap, Marker } from 'maplibre-gl'
import type { Position } from './distance.ts'
import type { Headline } from './place-words.ts'

/** A car park on the map: what its pill says, and what it is called. */
export type Pill = { id: string; position: Position; label: string; name: string; tone: Headline['tone'] }

/** The car parks as buttons on the map. It keeps what stands there already, so that a press is not lost to new numbers. */
export function createPlacePills(map: MapLibreMap, onChoose: (id: string) => void) {
  const shown = new Map<string, { element: HTMLButtonElement; marker: Marker }>()

  function add(id: string, position: Position) {
    const element = document.createElement('button')
    element.type = 'button'
    element.addEventListener('click', () => onChoose(id))
    const one = { element, marker: new Marker({ element }).setLngLat([...position]).addTo(map) }
    shown.set(id, one)
    return one
  }

  return {
    show(pills: readonly Pill[], chosen: string): void {
      for (const [id, { marker }] of shown) {
        if (pills.some((pill) => pill.id === id)) continue
        marker.remove()
        shown.delete(id)
      }
      for (const { id, position, label, name, tone } of pills) {
        const { element } = shown.get(id) ?? add(id, position)
        if (element.textContent !== label) element.textContent = label
        // The map keeps classes of its own on it.
        for (const known of ['number', 'full', 'quiet']) element.classList.toggle(known, known === tone)
        element.classList.add('pill')
        element.classList.toggle('chosen', id === chosen)
        element.setAttribute('aria-label', `${name}: ${label}`)
        element.setAttribute('aria-pressed', String(id === chosen))
      }
    }
  }
}

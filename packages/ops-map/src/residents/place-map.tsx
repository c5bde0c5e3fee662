import type { ParkingCityAnswer } from '@city-brain/model'
import { LngLatBounds, Map as MapLibreMap, Marker } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import { useEffect, useRef, useState } from 'react'
import { useTheme } from '../base/use-theme.ts'
import { useTexts } from '../i18n/use-texts.ts'
import { basemapStyle } from '../map/basemap-style.ts'
import { startMapWorker } from '../map/map-worker.ts'
import { readTokens } from '../map/read-tokens.ts'
import type { ArrangedPlace } from './arrange-places.ts'
import { distanceBetween, type Position } from './distance.ts'
import { PlaceCard } from './place-card.tsx'
import { createPlacePills, type Pill } from './place-pills.ts'
import { headline } from './place-words.ts'

/** About so many pixels of the map lie under the card of the chosen car park. */
const cardHeight = 210
/** Metres within which the map opens on both the car park and oneself; further away the streets would be too small. */
const nearby = 3_000

/** The map around one car park, with the others on it to choose from. Escape or the button closes it. */
export function PlaceMap({
  city,
  places,
  chosen,
  now,
  own,
  onChoose,
  onClose
}: {
  city: ParkingCityAnswer | undefined
  places: readonly ArrangedPlace[]
  chosen: string
  now: number
  own?: Position
  onChoose: (id: string) => void
  onClose: () => void
}) {
  const { t, language, local } = useTexts('residents')
  const { theme } = useTheme()
  const holder = useRef<HTMLDivElement>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  const [drawn, setDrawn] = useState<{ map: MapLibreMap; pills: ReturnType<typeof createPlacePills> }>()
  const [failed, setFailed] = useState(false)
  const one = places.find(({ place }) => place.id === chosen)
  const [centre] = useState(one?.place.position ?? city?.centre)
  const [ownAtFirst] = useState(own)

  useEffect(() => dialog.current?.showModal(), [])
  // Made anew where its words or its colours change; numbers and the choice come and go on the same map.
  useEffect(() => {
    const container = holder.current
    if (!container || !centre) return
    startMapWorker()
    let map: MapLibreMap
    try {
      map = new MapLibreMap({
        container,
        style: basemapStyle({
          basemap: city?.basemap && new URL(city.basemap, location.href).href,
          links: { type: 'FeatureCollection', features: [] },
          tokens: readTokens(),
          language
        }),
        center: [...centre],
        zoom: 14.3,
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        localIdeographFontFamily: "'Noto Sans SC', sans-serif",
        locale: { 'Map.Title': t('mapTitle') }
      })
    } catch {
      // No WebGL on this phone; the list and the way there do without.
      setFailed(true)
      return
    }
    map.touchZoomRotate.disableRotation()
    // The card lies over the lower part; what is chosen stands in the middle of the rest.
    map.setPadding({ top: 0, right: 0, left: 0, bottom: cardHeight })
    if (ownAtFirst && distanceBetween(ownAtFirst, centre) < nearby) {
      const both = new LngLatBounds().extend([...ownAtFirst]).extend([...centre])
      map.fitBounds(both, { padding: 64, maxZoom: 15.3, animate: false })
    }
    setDrawn({ map, pills: createPlacePills(map, onChoose) })
    return () => map.remove()
  }, [centre, ownAtFirst, city?.basemap, language, theme, onChoose])

  useEffect(() => {
    drawn?.pills.show(
      places.flatMap((arranged) => pillOf(arranged) ?? []),
      chosen
    )
  })
  // Who comes by keyboard may choose one that is out of sight.
  useEffect(() => {
    const position = one?.place.position
    if (!drawn || !position) return
    const { x, y } = drawn.map.project([...position])
    const { clientWidth, clientHeight } = drawn.map.getContainer()
    if (x < 0 || y < 0 || x > clientWidth || y > clientHeight - cardHeight) {
      drawn.map.easeTo({ center: [...position], duration: 120 })
    }
  }, [drawn, chosen])
  useEffect(() => {
    if (!drawn || !own) return
    const element = document.createElement('span')
    element.className = 'own-position'
    element.setAttribute('role', 'img')
    element.setAttribute('aria-label', t('ownPosition'))
    const marker = new Marker({ element }).setLngLat([...own]).addTo(drawn.map)
    return () => void marker.remove()
  }, [drawn, own])

  function pillOf(arranged: ArrangedPlace): Pill | undefined {
    const { id, position, name } = arranged.place
    if (!position) return undefined
    const { text, tone } = headline(arranged, t, language)
    // A counter that is not to be believed has no number; the words stand on the card.
    const label = tone === 'quiet' && arranged.standing !== 'closed' ? 'P ?' : `P ${text}`
    return { id, position, label, name: local(name), tone }
  }

  return (
    <dialog className="place-map" ref={dialog} aria-label={t('mapTitle')} onClose={onClose}>
      <div className="place-map-canvas" ref={holder} />
      {failed && <p className="place-map-failed">{t('mapFailed')}</p>}
      <button type="button" className="button place-map-close" onClick={() => dialog.current?.close()}>
        {t('closeMap')}
      </button>
      {one && (
        <ul className="cards place-map-card" aria-label={t('chosen')}>
          <PlaceCard arranged={one} now={now} />
        </ul>
      )}
    </dialog>
  )
}

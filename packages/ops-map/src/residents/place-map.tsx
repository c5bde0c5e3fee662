import type { ParkingCityAnswer, ParkingPlace } from '@city-brain/model'
import { Map as MapLibreMap, Marker } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import { useEffect, useRef } from 'react'
import { useTheme } from '../base/use-theme.ts'
import { useTexts } from '../i18n/use-texts.ts'
import { basemapStyle } from '../map/basemap-style.ts'
import { startMapWorker } from '../map/map-worker.ts'
import { readTokens } from '../map/read-tokens.ts'
import type { Position } from './distance.ts'
import { headline } from './place-words.ts'

/** A map around one car park, with the others on it. Escape or the button closes it. */
export function PlaceMap({
  city,
  places,
  shown,
  own,
  onClose
}: {
  city: ParkingCityAnswer
  places: readonly ParkingPlace[]
  shown: ParkingPlace
  own?: Position
  onClose: () => void
}) {
  const { t, language, local } = useTexts('residents')
  const { theme } = useTheme()
  const holder = useRef<HTMLDivElement>(null)
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => dialog.current?.showModal(), [])
  // The map is made anew where its place, its words or its colours change; new numbers come with the next opening.
  useEffect(() => {
    const container = holder.current
    if (!container || !shown.position) return
    startMapWorker()
    const map = new MapLibreMap({
      container,
      style: basemapStyle({
        basemap: city.basemap && new URL(city.basemap, location.href).href,
        links: { type: 'FeatureCollection', features: [] },
        tokens: readTokens(),
        language
      }),
      center: [...shown.position],
      zoom: 15,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      localIdeographFontFamily: "'Noto Sans SC', sans-serif",
      locale: { 'Map.Title': t('mapOf', { name: local(shown.name) }) }
    })
    map.touchZoomRotate.disableRotation()
    for (const place of places) {
      if (!place.position) continue
      const pill = document.createElement('span')
      const { text, tone } = headline(place, t)
      pill.className = `pill ${tone} ${place.id === shown.id ? 'chosen' : ''}`
      pill.textContent = `P ${tone === 'number' ? text : tone === 'full' ? t('full') : '?'}`
      pill.title = local(place.name)
      new Marker({ element: pill }).setLngLat([...place.position]).addTo(map)
    }
    if (own) {
      const dot = document.createElement('span')
      dot.className = 'own-position'
      new Marker({ element: dot }).setLngLat([...own]).addTo(map)
    }
    return () => map.remove()
  }, [shown.id, language, theme])

  return (
    <dialog className="place-map" ref={dialog} aria-label={t('mapOf', { name: local(shown.name) })} onClose={onClose}>
      <div className="place-map-canvas" ref={holder} />
      <button type="button" className="button primary" onClick={() => dialog.current?.close()}>
        {t('closeMap')}
      </button>
    </dialog>
  )
}

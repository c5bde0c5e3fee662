import { useEffect, useRef, useState } from 'react'
import { useTheme } from '../base/use-theme.ts'
import { useTexts } from '../i18n/use-texts.ts'
import { type CityMap, createCityMap, type MapView } from '../map/city-map.ts'
import { useParts } from './app/console-parts.ts'
import { useConnection, useConsole } from './app/use-city.ts'
import { Legend } from './legend.tsx'
import { loadMapFonts } from './load-map-fonts.ts'
import { publishDebug } from './publish-debug.ts'
import { useMarkText } from './use-mark-text.ts'

/** Where the map hangs in the page. React tells it theme, language and selection; the rest it takes from the store itself. */
export function MapPanel() {
  const { index, store, ui, wall } = useParts()
  const { t, language } = useTexts('console')
  const { theme } = useTheme()
  const selected = useConsole((state) => state.selected)
  const section = useConsole((state) => state.section)
  const { phase } = useConnection()
  const markText = useMarkText()
  const holder = useRef<HTMLDivElement>(null)
  const describe = useRef(markText)
  describe.current = markText
  const [map, setMap] = useState<CityMap>()

  // The map is made once, and anew where assets were added or changed; what else changes is told to it below.
  const view = useRef<MapView>(undefined)
  const first = useRef({ language, label: t('map.label') })
  useEffect(() => {
    const container = holder.current
    if (!container) return
    let made: CityMap | undefined
    let gone = false
    void loadMapFonts(index, first.current.language).then(() => {
      if (gone) return
      made = createCityMap({
        container,
        index,
        store,
        ...first.current,
        scale: wall ? 1.4 : 1,
        view: view.current,
        onSelect: (id) => ui.select(id),
        tooltip: (id) => describe.current(id)
      })
      publishDebug(made, store)
      setMap(made)
    })
    return () => {
      gone = true
      view.current = made?.view() ?? view.current
      made?.remove()
      setMap(undefined)
    }
  }, [index, store, ui, wall])

  useEffect(() => {
    let gone = false
    void loadMapFonts(index, language).then(() => {
      if (!gone) map?.setLanguage(language)
    })
    return () => {
      gone = true
    }
  }, [map, index, language])
  // The map reads the colours from the page, so it is told when the theme has changed.
  useEffect(() => map?.setTheme(), [map, theme])
  useEffect(() => {
    map?.setPadding(selected && !wall && window.innerWidth >= 900 ? { right: 388, bottom: 0 } : { right: 0, bottom: 0 })
    map?.select(selected)
  }, [map, selected, wall])
  useEffect(() => map?.showEveryAlarm(section === 'alarms'), [map, section])

  return (
    <section className="map" aria-label={t('map.region')} data-connection={phase}>
      <div className="map-canvas" ref={holder} />
      <div className="map-buttons">
        <button type="button" aria-label={t('map.zoomIn')} title={t('map.zoomIn')} onClick={() => map?.zoomBy(1)}>
          +
        </button>
        <button type="button" aria-label={t('map.zoomOut')} title={t('map.zoomOut')} onClick={() => map?.zoomBy(-1)}>
          −
        </button>
        <button type="button" aria-label={t('map.home')} title={t('map.home')} onClick={() => map?.home()}>
          <svg viewBox="0 0 20 20" width="14" height="14" aria-hidden="true">
            <path d="M3 9.5 10 3l7 6.5V17H3z" fill="none" stroke="currentColor" strokeWidth="1.7" />
          </svg>
        </button>
      </div>
      <Legend />
    </section>
  )
}

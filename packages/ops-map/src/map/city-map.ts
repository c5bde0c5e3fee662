import type { Language } from '@city-brain/model'
import type { Layer, PickingInfo } from '@deck.gl/core'
import { MapLibreOverlay } from '@deck.gl/maplibre'
import { Map as MapLibreMap } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import { type CityIndex, positionOf } from '../city/city-index.ts'
import type { CityStore } from '../live/city-store.ts'
import { basemapStyle } from './basemap-style.ts'
import { createContainerMarks } from './container-marks.ts'
import { labelObstacles, obstacleImage } from './label-obstacles.ts'
import { createLinkMarks, linkFeatures } from './link-marks.ts'
import { startMapWorker } from './map-worker.ts'
import { createMarkAtlas, type MarkAtlas } from './mark-atlas.ts'
import { type ContainerData, markLayers, type Scene } from './mark-layers.ts'
import { alarmMarks, intersectionMarks, pillMarks } from './point-marks.ts'
import { readTokens, type Tokens } from './read-tokens.ts'
import { type ShownMark, shownMarks } from './shown-marks.ts'

export type MapView = { centre: [number, number]; zoom: number }

export type CityMap = {
  setTheme(): void
  setLanguage(language: Language): void
  select(id: string | undefined): void
  /** Pixels of the map that panels cover: what is selected is moved out from under them. */
  setPadding(padding: { right: number; bottom: number }): void
  /** Shows alarms of every severity, not only the loudest. */
  showEveryAlarm(every: boolean): void
  zoomBy(steps: number): void
  home(): void
  resize(): void
  /** Where it stands, so that a map that takes its place stands there too. */
  view(): MapView
  /** What the layers draw at this moment. */
  marks(): ShownMark[]
  remove(): void
}

/**
 * The map: MapLibre draws the basemap and the roads (levels as feature-state), deck.gl the marks. It watches the store by
 * itself, gathers what changed, and paints once per animation frame; React only tells it theme, language and selection.
 */
export function createCityMap({
  container,
  index,
  store,
  language,
  label,
  scale = 1,
  view,
  onSelect,
  tooltip
}: {
  container: HTMLElement
  index: CityIndex
  store: CityStore
  language: Language
  /** Accessible name of the map. */
  label: string
  /** Of marks and labels: larger on a wall. */
  scale?: number
  /** Where it opens; default: where the city says. */
  view?: MapView | undefined
  onSelect: (id: string | undefined) => void
  /** What stands beside the pointer over a mark: lines of text. */
  tooltip: (id: string) => string[]
}): CityMap {
  startMapWorker()
  const { city } = index
  const links = createLinkMarks(index)
  const containers = createContainerMarks(index)
  let tokens: Tokens = readTokens()
  let atlas: MarkAtlas = createMarkAtlas(tokens)
  let shownLanguage = language
  let selected: string | undefined
  let padding = { right: 0, bottom: 0 }
  let everyAlarm = false
  let zoomStep = Number.NaN
  let frame: number | undefined
  let removed = false
  let drawn = false
  const dirty = {
    /** Entities with a new reading; or all of them. */
    entities: new Set<string>(),
    all: true,
    links: new Set<string>(),
    linksAll: true,
    containers: true,
    groups: true,
    pills: true,
    signals: true,
    alarms: true
  }

  const features = linkFeatures(index)
  const obstacles = labelObstacles(index)
  const style = () =>
    basemapStyle({
      basemap: city.basemap && new URL(city.basemap, location.href).href,
      links: features,
      obstacles,
      scale,
      tokens,
      language: shownLanguage
    })
  const map = new MapLibreMap({
    container,
    style: style(),
    center: view?.centre ?? city.centre,
    zoom: view?.zoom ?? city.zoom,
    minZoom: Math.max(1, city.zoom - 4),
    maxZoom: 19,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    localIdeographFontFamily: "'Noto Sans SC', sans-serif",
    fadeDuration: 0,
    locale: { 'Map.Title': label }
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()

  const positions = { value: containers.positions, size: 2 as const }
  const containerData = (): ContainerData => ({
    length: containers.ids.length,
    attributes: {
      getPosition: positions,
      getFillColor: { value: containers.colours, size: 4 },
      getRadius: { value: containers.sizes, size: 1 }
    }
  })
  const scene: Scene = {
    containers,
    containerData: containerData(),
    silent: [],
    clusters: [],
    pills: [],
    intersections: [],
    alarms: []
  }

  const overlay = new MapLibreOverlay({
    layers: [],
    pickingRadius: 5,
    getTooltip: (info) => describe(info),
    onClick: (info) => click(info)
  })
  map.addControl(overlay)

  function idOf(info: PickingInfo): string | undefined {
    if (!info.picked) return undefined
    if (info.layer?.id === 'containers') return containers.ids[info.index]
    return (info.object as { id?: string } | undefined)?.id
  }
  function linkAt(x: number, y: number): string | undefined {
    if (!map.getLayer('links-hit')) return undefined
    const [found] = map.queryRenderedFeatures(
      [
        [x - 4, y - 4],
        [x + 4, y + 4]
      ],
      { layers: ['links-hit'] }
    )
    return found?.properties.id as string | undefined
  }
  function describe(info: PickingInfo) {
    const id = idOf(info) ?? linkAt(info.x, info.y)
    map.getCanvas().style.cursor = id ? 'pointer' : ''
    if (!id) return null
    if (id.startsWith('cluster/')) {
      const cluster = info.object as { members: string[] }
      return { text: tooltip(`cluster:${cluster.members.length}`).join('\n'), className: 'map-tooltip', style: {} }
    }
    return { text: tooltip(id).join('\n'), className: 'map-tooltip', style: {} }
  }
  function click(info: PickingInfo) {
    const id = idOf(info)
    if (id?.startsWith('cluster/')) {
      const { position } = info.object as { position: [number, number] }
      map.easeTo({ center: position, zoom: Math.min(map.getZoom() + 1.6, 16), duration: quick() })
      return
    }
    onSelect(id ?? linkAt(info.x, info.y))
  }

  const schedule = () => {
    if (frame === undefined && !removed) frame = requestAnimationFrame(flush)
  }
  // What changed is gathered here and taken when the next frame is drawn, several messages at once.
  const stopWatching = store.onChange((change) => {
    if (change.all) repaintAll()
    else {
      for (const id of change.entities) dirty.entities.add(id)
      if (change.signals.length > 0) dirty.signals = true
      if (change.alarms.length > 0) dirty.alarms = true
    }
    schedule()
  })
  function repaintAll() {
    Object.assign(dirty, { all: true, linksAll: true, groups: true, pills: true, signals: true, alarms: true })
  }
  /** Takes the readings that changed since the last frame, or all of them. */
  function takeReadings() {
    const state = store.shown()
    const ids = dirty.all ? [...containers.ids] : dirty.entities
    for (const id of ids) {
      if (containers.has(id)) {
        dirty.containers = containers.update(id, state.entities.get(id), tokens) || dirty.containers
      } else if (index.assets.get(id)?.properties.kind === 'parkingSite') dirty.pills = true
    }
    const changed = dirty.all ? links.updateAll(state) : links.updateOf(dirty.entities, state)
    for (const id of changed) dirty.links.add(id)
    if (changed.length > 0) dirty.signals = true
    dirty.all = false
    dirty.entities.clear()
  }

  function flush() {
    frame = undefined
    // Before the first snapshot nothing is known, and that is not the same as unknown.
    if (!store.ready()) return
    const state = store.shown()
    takeReadings()
    if (map.getSource('links')) {
      const ids = dirty.linksAll ? links.ids() : dirty.links
      for (const id of ids) {
        const { level, stale } = links.of(id)
        map.setFeatureState({ source: 'links', id }, { level, stale, selected: id === selected })
      }
      dirty.links.clear()
      dirty.linksAll = false
    }
    const step = Math.round(map.getZoom() * 4) / 4
    if (step !== zoomStep) {
      zoomStep = step
      Object.assign(dirty, { groups: true, pills: true, signals: true, alarms: true })
    }
    if (dirty.groups) containers.group(step, tokens)
    if (dirty.groups || dirty.containers) {
      scene.containerData = containerData()
      scene.silent = containers.silent()
      scene.clusters = containers.clusters()
    }
    const overview = step < city.zoom - 1
    if (dirty.pills) scene.pills = pillMarks(index, state, { zoom: step, scale, selected, overview })
    if (dirty.signals) {
      const next = intersectionMarks(index, state, links, overview)
      if (JSON.stringify(next) !== JSON.stringify(scene.intersections)) scene.intersections = next
    }
    if (dirty.alarms) scene.alarms = alarmMarks(index, state, everyAlarm || step >= city.zoom + 1.5)
    Object.assign(dirty, { containers: false, groups: false, pills: false, signals: false, alarms: false })
    overlay.setProps({ layers: layers() })
    drawn = true
  }
  function layers(): Layer[] {
    // From the opening zoom outwards the marks shrink a little, so that the roads stay readable.
    const shrink = Math.min(1.6, Math.max(0.65, 1 + (zoomStep - city.zoom) * 0.15))
    return markLayers(scene, atlas, tokens, shrink, scale)
  }
  const repaint = () => {
    repaintAll()
    scene.intersections = []
    schedule()
  }

  map.on('zoom', schedule)
  map.setMissingStyleImageResolver((id) => {
    const image = obstacleImage(id)
    if (image && !map.hasImage(id)) map.addImage(id, image)
  })
  map.on('styledata', () => {
    dirty.linksAll = true
    schedule()
  })
  map.on('load', schedule)

  return {
    setTheme() {
      const next = readTokens()
      // A style that is set again while the first one loads starts the loading anew.
      if (JSON.stringify(next) === JSON.stringify(tokens)) return
      tokens = next
      atlas = createMarkAtlas(tokens)
      map.setStyle(style(), { diff: true })
      repaint()
    },
    setLanguage(next) {
      if (next === shownLanguage) return
      shownLanguage = next
      map.setStyle(style(), { diff: true })
      repaint()
    },
    select(id) {
      if (id === selected) return
      for (const changed of [selected, id]) if (changed) dirty.links.add(changed)
      dirty.linksAll = true
      selected = id
      const asset = id === undefined ? undefined : index.assets.get(id)
      const position = positionOf(asset)
      const kind = asset?.properties.kind
      scene.selected =
        id !== undefined && position && kind !== 'roadSegment' && kind !== 'area'
          ? { id, position, radius: kind === 'intersection' ? 16 : kind === 'parkingSite' ? 8 : 10 }
          : undefined
      dirty.pills = true
      if (position) bringIntoView(position)
      schedule()
    },
    setPadding(next) {
      padding = next
      const position = scene.selected?.position
      if (position) bringIntoView(position)
    },
    showEveryAlarm(every) {
      if (every === everyAlarm) return
      everyAlarm = every
      dirty.alarms = true
      schedule()
    },
    zoomBy: (steps) => map.easeTo({ zoom: map.getZoom() + steps, duration: quick() }),
    home: () => map.easeTo({ center: city.centre, zoom: city.zoom, duration: quick() }),
    resize: () => map.resize(),
    view: () => ({ centre: [map.getCenter().lng, map.getCenter().lat], zoom: map.getZoom() }),
    marks: () => (drawn ? shownMarks(scene, links, index) : []),
    remove() {
      removed = true
      stopWatching()
      if (frame !== undefined) cancelAnimationFrame(frame)
      map.remove()
    }
  }

  /** Pans, never zooms, and only where the place is out of sight or under a panel. */
  function bringIntoView(position: [number, number]) {
    const { x, y } = map.project(position)
    const { clientWidth, clientHeight } = container
    const margin = 48
    const hidden =
      x < margin || y < margin || x > clientWidth - padding.right - margin || y > clientHeight - padding.bottom - margin
    if (!hidden) return
    const offset: [number, number] = [-padding.right / 2, -padding.bottom / 2]
    map.easeTo({ center: position, offset, duration: quick() })
  }
}

function quick(): number {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 140
}

import { setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

let started = false

/** MapLibre 6 does not find its worker in a bundle by itself; without it the map stays blank and says nothing. */
export function startMapWorker(): void {
  if (started) return
  started = true
  setWorkerUrl(workerUrl)
}

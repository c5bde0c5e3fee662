import type { CityStore } from '../live/city-store.ts'
import type { CityMap } from '../map/city-map.ts'
import type { ShownMark } from '../map/shown-marks.ts'

/** For support and tests: what the map shows at this moment. Reads only. */
export type CityBrainDebug = {
  readonly debug: {
    marks(): ShownMark[]
    /** Offset of the journal at which the shown state stands. */
    offset(): number
  }
}

declare global {
  interface Window {
    cityBrain?: CityBrainDebug
  }
}

export function publishDebug(map: CityMap, store: CityStore): void {
  window.cityBrain = Object.freeze({
    debug: Object.freeze({ marks: () => map.marks(), offset: () => store.shown().offset })
  })
}

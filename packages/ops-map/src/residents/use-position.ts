import { useCallback, useState } from 'react'
import type { Position } from './distance.ts'

export type PositionState =
  | { state: 'none' | 'asking' | 'denied' | 'unavailable' }
  | { state: 'known'; position: Position }

/** One's own position, asked for only when one wants it. The page answers without. */
export function usePosition(): PositionState & { ask: () => void; forget: () => void } {
  const [known, setKnown] = useState<PositionState>({ state: 'none' })
  const ask = useCallback(() => {
    if (!navigator.geolocation) return setKnown({ state: 'unavailable' })
    setKnown({ state: 'asking' })
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => setKnown({ state: 'known', position: [coords.longitude, coords.latitude] }),
      ({ code, PERMISSION_DENIED }) => setKnown({ state: code === PERMISSION_DENIED ? 'denied' : 'unavailable' }),
      { maximumAge: 60_000, timeout: 10_000 }
    )
  }, [])
  const forget = useCallback(() => setKnown({ state: 'none' }), [])
  return { ...known, ask, forget }
}

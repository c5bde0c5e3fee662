import { useCallback, useEffect, useState } from 'react'
import { distanceBetween, type Position } from './distance.ts'

export type PositionState =
  | { state: 'none' | 'asking' | 'denied' | 'unavailable' }
  | { state: 'known'; position: Position }

/** Metres; a list that changes at every step cannot be read. */
const step = 50

/**
 * One's own position, asked for only when one wants it, and followed from then on, as who looks for a car park drives.
 * The page answers without, and the position never leaves the phone.
 */
export function usePosition(): PositionState & { ask: () => void; forget: () => void } {
  const [known, setKnown] = useState<PositionState>({ state: 'none' })
  const [wanted, setWanted] = useState(false)
  useEffect(() => {
    if (!wanted) return
    const watch = navigator.geolocation.watchPosition(
      ({ coords }) => {
        const position: Position = [coords.longitude, coords.latitude]
        setKnown((before) =>
          before.state === 'known' && distanceBetween(before.position, position) < step
            ? before
            : { state: 'known', position }
        )
      },
      ({ code, PERMISSION_DENIED }) => {
        const denied = code === PERMISSION_DENIED
        // Out of sight of the satellites for a while: where one was is the better answer.
        setKnown((before) =>
          before.state === 'known' && !denied ? before : { state: denied ? 'denied' : 'unavailable' }
        )
        if (denied) setWanted(false)
      },
      { enableHighAccuracy: true, maximumAge: 30_000, timeout: 15_000 }
    )
    return () => navigator.geolocation.clearWatch(watch)
  }, [wanted])
  const ask = useCallback(() => {
    if (!navigator.geolocation) return setKnown({ state: 'unavailable' })
    setKnown({ state: 'asking' })
    setWanted(true)
  }, [])
  const forget = useCallback(() => {
    setWanted(false)
    setKnown({ state: 'none' })
  }, [])
  return { ...known, ask, forget }
}

import { useCallback, useState } from 'react'
import type { PlaceMap } from './place-map.tsx'

/**
 * The map costs more than all the rest together, so it comes when somebody asks for it; where it cannot come (no
 * connection) the page says so and goes on.
 */
export function usePlaceMap(): {
  PlaceMap?: typeof PlaceMap
  state: 'none' | 'loading' | 'failed'
  load: () => Promise<void>
} {
  const [loaded, setLoaded] = useState<{ PlaceMap: typeof PlaceMap }>()
  const [state, setState] = useState<'none' | 'loading' | 'failed'>('none')
  const load = useCallback(async () => {
    if (loaded) return
    setState('loading')
    try {
      // Awaited here and not chained: a style sheet that does not come rejects what Vite wraps around, not the import.
      setLoaded(await import('./place-map.tsx'))
      setState('none')
    } catch {
      setState('failed')
    }
  }, [loaded])
  return { ...loaded, state, load }
}

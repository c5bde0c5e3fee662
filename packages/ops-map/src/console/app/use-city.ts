import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { CityState } from '../../live/city-state.ts'
import type { CityVersions } from '../../live/city-store.ts'
import type { ConnectionState } from '../../live/live-connection.ts'
import { useParts } from './console-parts.ts'
import type { ConsoleState } from './console-state.ts'

/** One value of the shown city; the component renders again only when that value is another one. */
export function useCity<T>(select: (state: CityState) => T): T {
  const { store } = useParts()
  return useSyncExternalStore(store.subscribe, () => select(store.shown()))
}

/** A list made from the shown city, made again when one of the parts changed, but not more often than each `pace` ms. */
export function useCityList<T>(make: (state: CityState) => T, parts: readonly (keyof CityVersions)[], pace = 1_000): T {
  const { store } = useParts()
  const key = useSyncExternalStore(store.subscribe, () => {
    const versions = store.versions()
    return `${store.moment() ?? 'live'}/${parts.map((part) => versions[part]).join('/')}`
  })
  const latest = useRef(make)
  latest.current = make
  const [value, setValue] = useState(() => make(store.shown()))
  const madeAt = useRef(Number.NEGATIVE_INFINITY)
  const refresh = useCallback(() => {
    madeAt.current = performance.now()
    setValue(() => latest.current(store.shown()))
  }, [store])
  // The key is not read, it says when: it stands for the parts of the city that the list is made from.
  useEffect(() => {
    const wait = madeAt.current + pace - performance.now()
    if (wait <= 0) return refresh()
    const timer = setTimeout(refresh, wait)
    return () => clearTimeout(timer)
  }, [key, pace, refresh])
  return value
}

/** The moment that is shown, as it goes on: the city's clock, or the past moment. */
export function useNow(pace = 1_000): number {
  const { store } = useParts()
  const subscribe = useCallback(
    (listener: () => void) => {
      const timer = setInterval(listener, pace)
      const end = store.subscribe(() => store.moment() !== undefined && listener())
      return () => {
        clearInterval(timer)
        end()
      }
    },
    [store, pace]
  )
  return useSyncExternalStore(subscribe, () => Math.floor(store.now() / pace) * pace)
}

/** The past moment that is shown, or undefined while the city is live. */
export function useMoment(): number | undefined {
  const { store } = useParts()
  return useSyncExternalStore(store.subscribe, store.moment)
}

export function useConsole<T>(select: (state: ConsoleState) => T): T {
  const { ui } = useParts()
  return useSyncExternalStore(ui.subscribe, () => select(ui.get()))
}

export function useConnection(): ConnectionState {
  const { connection } = useParts()
  return useSyncExternalStore(connection.subscribe, connection.state)
}

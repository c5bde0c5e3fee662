import type { CityDescription, SessionAnswer } from '@city-brain/model'
import { useEffect, useRef, useState } from 'react'
import { paths } from '../../api/paths.ts'
import { ApiFailure, request } from '../../api/request.ts'
import { createCityIndex } from '../../city/city-index.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { createCityStore } from '../../live/city-store.ts'
import { connectLive } from '../../live/live-connection.ts'
import { watchAssets } from '../../live/watch-assets.ts'
import { createAnnouncer } from './announcer.ts'
import { ConsolePage } from './console-page.tsx'
import { type ConsoleParts, ConsolePartsProvider } from './console-parts.ts'
import { createConsoleStore } from './console-state.ts'

/** Fetches what does not change, connects to what does, and then shows the console. */
export function ConsoleLoader({
  session,
  onSignedOut,
  onChangePassword
}: {
  session: SessionAnswer
  onSignedOut: () => void
  onChangePassword: () => void
}) {
  const { t } = useTexts('console')
  const [parts, setParts] = useState<ConsoleParts>()
  const [failed, setFailed] = useState(false)
  const signedOut = useRef(onSignedOut)
  signedOut.current = onSignedOut

  useEffect(() => {
    const stop = new AbortController()
    let connection: ConsoleParts['connection'] | undefined
    let stopWatching: (() => void) | undefined
    const load = async () => {
      const city = await request<CityDescription>(paths.city, { signal: stop.signal })
      if (stop.signal.aborted) return
      const store = createCityStore()
      const url = new URL('/api/live', location.href)
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
      connection = connectLive({ url: url.href, store, onRefused: () => void checkSession(() => signedOut.current()) })
      stopWatching = watchAssets({
        store,
        known: city.assetsOffset ?? 0,
        fetchCity: () => request<CityDescription>(paths.city, { signal: stop.signal }),
        onCity(next) {
          if (!stop.signal.aborted) setParts((now) => now && { ...now, city: next, index: createCityIndex(next) })
        }
      })
      setParts({
        city,
        index: createCityIndex(city),
        store,
        connection,
        ui: createConsoleStore(),
        announcer: createAnnouncer(),
        session,
        wall: new URLSearchParams(location.search).has('wall'),
        onSignedOut: () => signedOut.current()
      })
    }
    load().catch((failure: unknown) => {
      if (stop.signal.aborted) return
      if (failure instanceof ApiFailure && failure.status === 401) signedOut.current()
      else setFailed(true)
    })
    return () => {
      stop.abort()
      stopWatching?.()
      connection?.close()
    }
  }, [session])

  if (failed) {
    return (
      <main className="page">
        <p role="alert">{t('city.notLoaded')}</p>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          {t('action.retry')}
        </button>
      </main>
    )
  }
  if (!parts) {
    return (
      <main className="page">
        <p role="status">{t('city.loading')}</p>
      </main>
    )
  }
  return (
    <ConsolePartsProvider value={parts}>
      <ConsolePage onChangePassword={onChangePassword} />
    </ConsolePartsProvider>
  )
}

/** A refused connection may be a server that is away, or a session that has ended: only the server knows. */
async function checkSession(onSignedOut: () => void): Promise<void> {
  try {
    await request<SessionAnswer>(paths.session)
  } catch (failure) {
    if (failure instanceof ApiFailure && failure.status === 401) onSignedOut()
  }
}

import type { SessionAnswer } from '@city-brain/model'
import { useCallback, useEffect, useState } from 'react'
import { paths } from '../../api/paths.ts'
import { ApiFailure, request } from '../../api/request.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { ChangePasswordPage } from '../session/change-password-page.tsx'
import { SignInPage } from '../session/sign-in-page.tsx'
import { ConsoleLoader } from './console-loader.tsx'

/** Who is there decides which page is shown: sign-in, the forced change of the first password, or the console. */
export function App() {
  const { t } = useTexts('console')
  const [session, setSession] = useState<SessionAnswer | 'nobody' | 'unknown' | 'unreachable'>('unknown')
  const [changing, setChanging] = useState(false)

  const ask = useCallback(async () => {
    try {
      setSession(await request<SessionAnswer>(paths.session))
    } catch (failure) {
      setSession(failure instanceof ApiFailure && failure.status === 401 ? 'nobody' : 'unreachable')
    }
  }, [])
  useEffect(() => {
    void ask()
  }, [ask])
  useEffect(() => {
    if (session !== 'unreachable') return
    const timer = setInterval(() => void ask(), 2_000)
    return () => clearInterval(timer)
  }, [session, ask])
  const signOut = useCallback(() => {
    setChanging(false)
    setSession('nobody')
  }, [])

  if (session === 'unknown') return null
  if (session === 'unreachable') {
    return (
      <main className="page">
        <p role="status">{t('connection.unreachable')}</p>
      </main>
    )
  }
  if (session === 'nobody') return <SignInPage onSignedIn={setSession} />
  if (session.mustChangePassword || changing) {
    return (
      <ChangePasswordPage
        session={session}
        onChanged={(next) => {
          setChanging(false)
          setSession(next)
        }}
        onCancel={session.mustChangePassword ? undefined : () => setChanging(false)}
        onSignedOut={signOut}
      />
    )
  }
  return <ConsoleLoader session={session} onSignedOut={signOut} onChangePassword={() => setChanging(true)} />
}

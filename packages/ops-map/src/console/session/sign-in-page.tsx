import type { SessionAnswer } from '@city-brain/model'
import { type FormEvent, useState } from 'react'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { LanguageSwitch } from '../strip/language-switch.tsx'
import { useFailureText } from './use-failure-text.ts'

/** Name and password; what is wrong is said in words and read out. */
export function SignInPage({ onSignedIn }: { onSignedIn: (session: SessionAnswer) => void }) {
  const { t } = useTexts('console')
  const failureText = useFailureText()
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setFailure(undefined)
    try {
      const body = { name: String(form.get('name')), password: String(form.get('password')) }
      onSignedIn(await request<SessionAnswer>(paths.session, { method: 'POST', body }))
    } catch (error) {
      setFailure(failureText(error))
      setBusy(false)
    }
  }
  return (
    <main className="page">
      <form className="card" onSubmit={(event) => void submit(event)}>
        <header>
          <h1>{t('product')}</h1>
          <LanguageSwitch />
        </header>
        <label>
          {t('session.name')}
          <input name="name" autoComplete="username" required maxLength={64} autoCapitalize="none" spellCheck={false} />
        </label>
        <label>
          {t('session.password')}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <p className="failure" role="alert">
          {failure}
        </p>
        <button type="submit" className="button primary" disabled={busy}>
          {t('session.signIn')}
        </button>
      </form>
    </main>
  )
}

import type { SessionAnswer } from '@city-brain/model'
import { type FormEvent, useState } from 'react'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { LanguageSwitch } from '../strip/language-switch.tsx'
import { useFailureText } from './use-failure-text.ts'

/** Changing the password: forced after the first sign-in, or chosen from the menu (then it can be cancelled). */
export function ChangePasswordPage({
  session,
  onChanged,
  onCancel,
  onSignedOut
}: {
  session: SessionAnswer
  onChanged: (session: SessionAnswer) => void
  onCancel: (() => void) | undefined
  onSignedOut: () => void
}) {
  const { t } = useTexts('console')
  const failureText = useFailureText()
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [current, next, again] = ['current', 'next', 'again'].map((name) => String(form.get(name)))
    if (next !== again) return setFailure(t('failure.notTheSame'))
    setBusy(true)
    setFailure(undefined)
    try {
      onChanged(await request<SessionAnswer>(paths.password, { method: 'POST', body: { current, next } }))
    } catch (error) {
      setFailure(failureText(error))
      setBusy(false)
    }
  }
  const signOut = async () => {
    await request(paths.session, { method: 'DELETE' }).catch(() => undefined)
    onSignedOut()
  }
  return (
    <main className="page">
      <form className="card" onSubmit={(event) => void submit(event)}>
        <header>
          <h1>{t('session.changePassword')}</h1>
          <LanguageSwitch />
        </header>
        {session.mustChangePassword && <p>{t('session.mustChange')}</p>}
        <input type="hidden" autoComplete="username" value={session.operator} readOnly />
        <label>
          {t('session.currentPassword')}
          <input name="current" type="password" autoComplete="current-password" required />
        </label>
        <label>
          {t('session.newPassword')}
          <input name="next" type="password" autoComplete="new-password" required minLength={12} />
        </label>
        <label>
          {t('session.newPasswordAgain')}
          <input name="again" type="password" autoComplete="new-password" required minLength={12} />
        </label>
        <p className="failure" role="alert">
          {failure}
        </p>
        <div className="buttons">
          <button type="submit" className="button primary" disabled={busy}>
            {t('session.change')}
          </button>
          {onCancel ? (
            <button type="button" className="button" onClick={onCancel}>
              {t('action.cancel')}
            </button>
          ) : (
            <button type="button" className="button" onClick={() => void signOut()}>
              {t('session.signOut')}
            </button>
          )}
        </div>
      </form>
    </main>
  )
}

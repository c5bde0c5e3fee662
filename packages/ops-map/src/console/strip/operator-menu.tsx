import { useRef } from 'react'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'

/** Who is signed in, with the ways out. */
export function OperatorMenu({ onChangePassword }: { onChangePassword: () => void }) {
  const { session, ui, onSignedOut } = useParts()
  const { t } = useTexts('console')
  const menu = useRef<HTMLDetailsElement>(null)
  const signOut = async () => {
    await request(paths.session, { method: 'DELETE' }).catch(() => undefined)
    onSignedOut()
  }
  const close = () => menu.current?.removeAttribute('open')
  return (
    <details
      className="menu"
      ref={menu}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
        menu.current?.querySelector('summary')?.focus()
      }}
    >
      <summary aria-label={t('session.menu', { operator: session.operator })}>{session.operator}</summary>
      <div className="menu-items">
        <a href="/parking" target="_blank" rel="noreferrer">
          {t('more.residents')}
        </a>
        <button
          type="button"
          onClick={() => {
            close()
            ui.set({ help: true })
          }}
        >
          {t('shortcut.title')}
        </button>
        <button type="button" onClick={onChangePassword}>
          {t('session.changePassword')}
        </button>
        <button type="button" onClick={() => void signOut()}>
          {t('session.signOut')}
        </button>
      </div>
    </details>
  )
}

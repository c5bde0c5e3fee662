import { useEffect, useRef } from 'react'
import { useTexts } from '../i18n/use-texts.ts'
import { useParts } from './app/console-parts.ts'

const keys = [
  ['/', 'shortcut.search'],
  ['J K ↑ ↓', 'shortcut.step'],
  ['A', 'shortcut.acknowledge'],
  ['Esc', 'shortcut.back'],
  ['1 – 5', 'shortcut.section'],
  ['L', 'shortcut.live'],
  ['?', 'shortcut.help']
] as const

/** The sheet of shortcuts. */
export function ShortcutSheet() {
  const { ui } = useParts()
  const { t } = useTexts('console')
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="sheet" aria-labelledby="shortcuts" onClose={() => ui.set({ help: false })}>
      <h2 id="shortcuts">{t('shortcut.title')}</h2>
      <dl>
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="button primary" onClick={() => dialog.current?.close()}>
        {t('action.close')}
      </button>
    </dialog>
  )
}

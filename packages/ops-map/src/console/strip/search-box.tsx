import { useId, useMemo, useState } from 'react'
import { type SearchHit, searchCity } from '../../city/search-city.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'

/** Search over places, devices and rules: a combobox whose list opens as one types. */
export function SearchBox() {
  const { index, ui } = useParts()
  const { t, local } = useTexts('console')
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const list = useId()
  const hits = useMemo(() => searchCity(index, text), [index, text])
  const shown = open && text.trim() !== ''
  const choose = (hit: SearchHit | undefined) => {
    if (!hit) return
    if (hit.kind === 'rule') ui.set({ section: 'more' })
    else ui.select(hit.id)
    setOpen(false)
    setText('')
    // Back to the page, where the shortcuts work.
    document.getElementById('search')?.blur()
  }
  return (
    <search className="search">
      <input
        id="search"
        role="combobox"
        aria-label={t('search.label')}
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && hits[active] ? `${list}-${active}` : undefined}
        placeholder={t('search.label')}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setActive(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setActive((at) => Math.min(hits.length - 1, at + 1))
          else if (event.key === 'ArrowUp') setActive((at) => Math.max(0, at - 1))
          else if (event.key === 'Enter') choose(hits[active])
          else return
          event.preventDefault()
        }}
      />
      <span className="key">/</span>
      <div id={list} role="listbox" aria-label={t('search.results')} hidden={!shown}>
        {hits.map((hit, at) => (
          <div
            key={`${hit.kind}/${hit.id}`}
            id={`${list}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            onPointerDown={(event) => {
              event.preventDefault()
              choose(hit)
            }}
          >
            <span>{local(hit.name)}</span>
            <span className="dim">
              {t(`kind.${hit.kind}`)} · {hit.id}
            </span>
          </div>
        ))}
        {hits.length === 0 && (
          <div role="option" tabIndex={-1} aria-selected="false" aria-disabled="true" className="dim">
            {t('search.nothing')}
          </div>
        )}
      </div>
    </search>
  )
}

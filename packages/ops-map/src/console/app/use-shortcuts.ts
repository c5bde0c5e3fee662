import { useEffect } from 'react'
import { concerning } from '../../city/concerning.ts'
import { compareAlarms, needsAcknowledgement } from '../../marks/severity.ts'
import { useParts } from './console-parts.ts'
import { useAcknowledge } from './use-acknowledge.ts'

/**
 * Keys that work everywhere but in a field: `/` search, `?` the sheet, `a` acknowledge, `j`/`k` and arrows through the list,
 * Esc back, 1–5 the sections, `l` live.
 */
export function useShortcuts(): void {
  const { ui, store, index } = useParts()
  const acknowledge = useAcknowledge()
  useEffect(() => {
    const step = (by: number) => {
      const rows = [...document.querySelectorAll<HTMLElement>('#list [data-row]')]
      if (rows.length === 0) return
      const current = rows.findIndex((row) => row.getAttribute('aria-current') === 'true')
      const next =
        rows[current < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, current + by))]
      next?.click()
      next?.focus()
      next?.scrollIntoView({ block: 'nearest' })
    }
    const acknowledgeSelected = () => {
      const { alarm, selected } = ui.get()
      if (selected === undefined || store.moment() !== undefined) return
      const { alarms } = store.live()
      const concerned = concerning(index, selected)
      const chosen = alarm === undefined ? undefined : alarms.get(alarm)
      const target =
        chosen && needsAcknowledgement(chosen)
          ? chosen
          : [...alarms.values()]
              .filter((candidate) => concerned.includes(candidate.entity) && needsAcknowledgement(candidate))
              .sort(compareAlarms)[0]
      if (target) void acknowledge(target)
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const target = event.target as HTMLElement
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
      if (event.key === 'Escape') {
        if (typing) target.blur()
        else if (ui.get().help) ui.set({ help: false })
        else ui.select(undefined)
        return
      }
      if (typing || ui.get().help) return
      const inList = target.closest('#list') !== null || target === document.body
      const section = (['traffic', 'parking', 'waste', 'alarms', 'more'] as const)[Number(event.key) - 1]
      if (event.key === '/') document.getElementById('search')?.focus()
      else if (event.key === '?') ui.set({ help: true })
      else if (event.key === 'a' || event.key === 'A') acknowledgeSelected()
      else if (event.key === 'j' || (event.key === 'ArrowDown' && inList)) step(1)
      else if (event.key === 'k' || (event.key === 'ArrowUp' && inList)) step(-1)
      else if (event.key === 'l' || event.key === 'L') store.showLive()
      else if (section) ui.set({ section })
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [ui, store, index, acknowledge])
}

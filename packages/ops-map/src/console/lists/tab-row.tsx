/** Tabs over a list; arrow keys go from one to the next. */
export function TabRow<T extends string>({
  label,
  tabs,
  current,
  onChoose
}: {
  label: string
  tabs: readonly { id: T; text: string }[]
  current: T
  onChoose: (tab: T) => void
}) {
  return (
    <div className="tabs" role="tablist" aria-label={label}>
      {tabs.map(({ id, text }, at) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-selected={id === current}
          aria-controls="tab-panel"
          tabIndex={id === current ? 0 : -1}
          onClick={() => onChoose(id)}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
            const next = tabs[(at + by + tabs.length) % tabs.length]
            if (by === 0 || !next) return
            event.preventDefault()
            onChoose(next.id)
            document.getElementById(`tab-${next.id}`)?.focus()
          }}
        >
          {text}
        </button>
      ))}
    </div>
  )
}

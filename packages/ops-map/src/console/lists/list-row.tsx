import type { ReactNode } from 'react'

/** A row of a list: one button that selects, what it is about, how long or how much, and what can be done with it. */
export function ListRow({
  mark,
  title,
  aside,
  detail,
  current,
  strong,
  onSelect,
  action
}: {
  mark: ReactNode
  title: string
  aside?: ReactNode
  detail?: ReactNode
  current: boolean
  strong?: boolean
  onSelect: () => void
  action?: ReactNode
}) {
  return (
    <li className={`row ${current ? 'current' : ''} ${strong ? 'strong' : ''}`}>
      <button
        type="button"
        className="row-button"
        data-row
        aria-current={current ? 'true' : undefined}
        onClick={onSelect}
      >
        <span className="row-mark">{mark}</span>
        <span className="row-text">
          <span className="row-head">
            <span className="row-title">{title}</span>
            {aside !== undefined && <span className="row-aside tabular">{aside}</span>}
          </span>
          {detail !== undefined && <span className="row-detail">{detail}</span>}
        </span>
      </button>
      {action}
    </li>
  )
}

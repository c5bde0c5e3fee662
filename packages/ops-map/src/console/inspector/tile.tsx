import type { ReactNode } from 'react'

/** One number, large, with its unit and what it is. */
export function Tile({
  value,
  unit,
  label,
  hollow
}: {
  value: string
  unit?: string
  label: ReactNode
  hollow?: boolean
}) {
  return (
    <div className={`tile ${hollow ? 'hollow' : ''}`}>
      <span className="tile-value tabular">
        {value}
        {unit && <span className="tile-unit"> {unit}</span>}
      </span>
      <span className="tile-label">{label}</span>
    </div>
  )
}

import type { Severity } from '@city-brain/model'

/** The shape of a severity, the same as on the map; its name stands in text beside it or is read out by `label`. */
export function SeverityIcon({ severity, label }: { severity: Severity; label: string }) {
  return (
    <svg
      className={`severity severity-${severity}`}
      viewBox="0 0 20 20"
      width="18"
      height="18"
      role="img"
      aria-label={label}
    >
      {shapes[severity]}
    </svg>
  )
}

const shapes: Record<Severity, React.ReactNode> = {
  critical: (
    <>
      <path d="M6.7 2h6.6L18 6.7v6.6L13.3 18H6.7L2 13.3V6.7z" fill="currentColor" />
      <path d="M10 5.4v5.8M10 13v2" stroke="var(--panel)" strokeWidth="2" />
    </>
  ),
  high: <path d="M10 2.4 18.4 17H1.6z" fill="currentColor" />,
  medium: <path d="M10 2.2 17.8 10 10 17.8 2.2 10z" fill="none" stroke="currentColor" strokeWidth="2.2" />,
  low: <circle cx="10" cy="10" r="6.6" fill="none" stroke="currentColor" strokeWidth="2.2" />,
  informational: <circle cx="10" cy="10" r="3.6" fill="currentColor" />
}

import { useSyncExternalStore } from 'react'
import { useParts } from './console-parts.ts'

/** Short messages ("acknowledged", "could not …"): always in the page, so that screen readers hear them change. */
export function AnnouncementLine() {
  const { announcer } = useParts()
  const current = useSyncExternalStore(announcer.subscribe, announcer.get)
  return (
    <div className="announcement" role="status" aria-live="polite">
      {current && (
        <span key={current.id} className={`announcement-text ${current.kind}`}>
          {current.text}
        </span>
      )}
    </div>
  )
}

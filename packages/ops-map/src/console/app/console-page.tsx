import { useMemo } from 'react'
import { useTexts } from '../../i18n/use-texts.ts'
import { Inspector } from '../inspector/inspector.tsx'
import { ListPanel } from '../lists/list-panel.tsx'
import { MapPanel } from '../map-panel.tsx'
import { SectionRail } from '../section-rail.tsx'
import { ShortcutSheet } from '../shortcut-sheet.tsx'
import { ConnectionBanner } from '../strip/connection-banner.tsx'
import { TopStrip } from '../strip/top-strip.tsx'
import { TimeBar } from '../time-bar/time-bar.tsx'
import { AnnouncementLine } from './announcement-line.tsx'
import { useParts } from './console-parts.ts'
import { useConsole, useMoment } from './use-city.ts'
import { useShortcuts } from './use-shortcuts.ts'

/** The console: strip, rail, list, map, inspector, time bar. The map is the page; everything else lies around it. */
export function ConsolePage({ onChangePassword }: { onChangePassword: () => void }) {
  const { wall } = useParts()
  const { t } = useTexts('console')
  const help = useConsole((state) => state.help)
  const selected = useConsole((state) => state.selected)
  const past = useMoment() !== undefined
  useShortcuts()
  const className = useMemo(
    () => ['console', wall ? 'wall' : '', past ? 'past' : '', selected ? 'inspecting' : ''].filter(Boolean).join(' '),
    [wall, past, selected]
  )
  return (
    <div className={className}>
      <a className="skip" href="#list">
        {t('skip.list')}
      </a>
      <TopStrip onChangePassword={onChangePassword} />
      {!wall && <SectionRail />}
      <ListPanel />
      <div className="stage">
        <ConnectionBanner />
        <MapPanel />
        {selected !== undefined && !wall && <Inspector key={selected} id={selected} />}
      </div>
      <TimeBar />
      <AnnouncementLine />
      {help && <ShortcutSheet />}
    </div>
  )
}

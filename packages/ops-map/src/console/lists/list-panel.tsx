import { useState } from 'react'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { containerMark } from '../../marks/container-mark.ts'
import { parkingMark } from '../../marks/parking-mark.ts'
import { needsAcknowledgement } from '../../marks/severity.ts'
import { useParts } from '../app/console-parts.ts'
import type { Tab } from '../app/console-state.ts'
import { useCityList, useConsole, useNow } from '../app/use-city.ts'
import { MorePanel } from '../more/more-panel.tsx'
import { AlarmList } from './alarm-list.tsx'
import { CommandList, isInForce } from './command-list.tsx'
import { ContainerList } from './container-list.tsx'
import { DelayList } from './delay-list.tsx'
import { ParkingList } from './parking-list.tsx'
import { PastAlarms } from './past-alarms.tsx'
import { TabRow } from './tab-row.tsx'

/** The list beside the map: what needs a hand, or what the section of the rail is about. */
export function ListPanel() {
  const { wall } = useParts()
  const { t } = useTexts('console')
  const section = useConsole((state) => state.section)
  return (
    <main className="list" id="list" tabIndex={-1} aria-label={t('list.label')}>
      {wall ? (
        <NeedsAHand most={5} />
      ) : section === 'traffic' ? (
        <NeedsAHand />
      ) : section === 'parking' ? (
        <Parking />
      ) : section === 'waste' ? (
        <Waste />
      ) : section === 'alarms' ? (
        <Alarms />
      ) : (
        <MorePanel />
      )}
    </main>
  )
}

function Heading({ title, aside }: { title: string; aside?: string }) {
  return (
    <div className="list-heading">
      <h2>{title}</h2>
      {aside && <span className="dim tabular">{aside}</span>}
    </div>
  )
}

function useAlarmCounts(): string {
  const { t } = useTexts('console')
  const counts = useCityList(
    ({ alarms }) => ({ open: alarms.size, unseen: [...alarms.values()].filter(needsAcknowledgement).length }),
    ['alarms'],
    250
  )
  return `${t('alarm.openCount', { count: counts.open })} · ${t('alarm.unseenCount', { count: counts.unseen })}`
}

function NeedsAHand({ most }: { most?: number }) {
  const { ui } = useParts()
  const { t } = useTexts('console')
  const tab = useConsole((state) => state.tab)
  const counts = useAlarmCounts()
  const now = useNow(5_000)
  const running = useCityList(
    ({ signals }) => [...signals.values()].filter(({ command }) => command && isInForce(command, now)).length,
    ['signals'],
    2_000
  )
  const tabs: { id: Tab; text: string }[] = [
    { id: 'alarms', text: t('tab.alarms') },
    { id: 'delays', text: t('tab.delays') },
    { id: 'commands', text: running > 0 ? `${t('tab.commands')} ${running}` : t('tab.commands') }
  ]
  if (most !== undefined) {
    return (
      <>
        <Heading title={t('list.needsAHand')} aside={counts} />
        <AlarmList most={most} />
      </>
    )
  }
  return (
    <>
      <Heading title={t('list.needsAHand')} aside={counts} />
      <TabRow label={t('list.needsAHand')} tabs={tabs} current={tab} onChoose={(next) => ui.set({ tab: next })} />
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className="scroll">
        {tab === 'alarms' ? <AlarmList /> : tab === 'delays' ? <DelayList /> : <CommandList />}
      </div>
    </>
  )
}

function Parking() {
  const { index } = useParts()
  const { t, language } = useTexts('console')
  const sums = useCityList(
    ({ entities }) => {
      const marks = index.carParks.map(({ id, properties }) =>
        parkingMark(entities.get(id), properties.totalSpotNumber)
      )
      const reliable = marks.filter(({ state }) => state === 'free' || state === 'full')
      const sum = (of: (mark: (typeof marks)[number]) => number | undefined) =>
        reliable.reduce((all, mark) => all + (of(mark) ?? 0), 0)
      return {
        free: sum(({ available }) => available),
        total: sum(({ total }) => total),
        odd: marks.length - reliable.length
      }
    },
    ['entities']
  )
  const aside = [
    t('parking.sum', { free: formatNumber(sums.free, language), total: formatNumber(sums.total, language) }),
    sums.odd > 0 ? t('parking.odd', { count: sums.odd }) : ''
  ]
  return (
    <>
      <Heading title={t('section.parking')} aside={aside.filter(Boolean).join(' · ')} />
      <div className="scroll">
        <ParkingList />
      </div>
    </>
  )
}

function Waste() {
  const { index } = useParts()
  const { t } = useTexts('console')
  const sums = useCityList(
    ({ entities }) => {
      const states = index.containers.map(({ id }) => containerMark(entities.get(id)).state)
      return {
        full: states.filter((state) => state === 'full' || state === 'fire').length,
        silent: states.filter((state) => state === 'stale').length
      }
    },
    ['entities'],
    2_000
  )
  return (
    <>
      <Heading
        title={t('section.waste')}
        aside={`${t('container.fullCount', { count: sums.full })} · ${t('container.silentCount', { count: sums.silent })}`}
      />
      <div className="scroll">
        <ContainerList />
      </div>
    </>
  )
}

function Alarms() {
  const { t } = useTexts('console')
  const counts = useAlarmCounts()
  const [tab, setTab] = useState<'open' | 'past'>('open')
  return (
    <>
      <Heading title={t('section.alarms')} aside={counts} />
      <TabRow
        label={t('section.alarms')}
        tabs={[
          { id: 'open', text: t('tab.open') },
          { id: 'past', text: t('tab.past') }
        ]}
        current={tab}
        onChoose={setTab}
      />
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className="scroll">
        {tab === 'open' ? <AlarmList /> : <PastAlarms />}
      </div>
    </>
  )
}

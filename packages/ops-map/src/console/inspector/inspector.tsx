import { useEffect, useMemo, useRef } from 'react'
import { concerning } from '../../city/concerning.ts'
import { formatAge } from '../../format/age.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useCity, useNow } from '../app/use-city.ts'
import { CommandLife } from './command-life.tsx'
import { EntityAlarms } from './entity-alarms.tsx'
import { EntityFacts } from './entity-facts.tsx'
import { HistoryChart } from './history-chart.tsx'
import { InspectorActions } from './inspector-actions.tsx'
import { IntersectionView } from './intersection-view.tsx'
import { LinkView } from './link-view.tsx'
import { ReadingTable } from './reading-table.tsx'
import { ReadingTiles } from './reading-tiles.tsx'
import { WhyBox } from './why-box.tsx'

/** Everything about what is selected: what it says, how old that is, what was decided about it and why. */
export function Inspector({ id }: { id: string }) {
  const { index, ui } = useParts()
  const { t, local } = useTexts('console')
  const asset = index.assets.get(id)
  const heading = useRef<HTMLHeadingElement>(null)
  const kind = asset?.properties.kind
  const ids = useMemo(() => concerning(index, id), [index, id])
  // An alarm may be about the city itself, which is no asset.
  const title = asset ? local(asset.properties.name) : id === index.city.id ? local(index.city.name) : id
  useEffect(() => {
    // Says to screen readers that something opened, without taking the focus out of the list.
    if (document.activeElement === document.body) heading.current?.focus()
  }, [])
  return (
    <aside className="inspector" aria-labelledby="inspector-title">
      <header>
        <h2 id="inspector-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <span className="dim">{id}</span>
        <button
          type="button"
          className="quiet close"
          aria-label={t('action.close')}
          onClick={() => ui.select(undefined)}
        >
          ×
        </button>
      </header>
      <Standing id={id} />
      {kind === 'intersection' ? (
        <>
          <IntersectionView id={id} />
          <WhyBox intersection={id} />
          <EntityAlarms ids={ids} />
          <HistoryChart sources={index.detectorsOfIntersection.get(id) ?? []} />
          <CommandLife intersection={id} />
        </>
      ) : kind === 'roadSegment' ? (
        <>
          <LinkView id={id} />
          <EntityAlarms ids={ids} />
          <HistoryChart sources={index.detectorsOfLink.get(id) ?? []} />
        </>
      ) : (
        <>
          <ReadingTiles id={id} />
          <EntityAlarms ids={ids} />
          <HistoryChart sources={[id]} />
          <ReadingTable id={id} />
        </>
      )}
      <EntityFacts id={id} />
      <InspectorActions ids={ids} />
    </aside>
  )
}

/** The line under the name: how it runs, how old its word is, and what is odd about it, in words. */
function Standing({ id }: { id: string }) {
  const { index } = useParts()
  const { t, shared } = useTexts('console')
  const reading = useCity(({ entities }) => entities.get(id))
  const signal = useCity(({ signals }) => signals.get(id))
  const device = useCity(({ devices }) => devices.get(id))
  const now = useNow()
  const kind = index.assets.get(id)?.properties.kind
  const age = (at: string) => formatAge(shared, now - Date.parse(at))
  const words: string[] = []
  if (kind) words.push(t(`kind.${kind}`))
  if (signal) {
    words.push(
      t(`signal.mode.${signal.state.mode}` as 'signal.mode.adaptive', { defaultValue: signal.state.mode }),
      t('age.reported', { age: age(signal.state.dateObserved) })
    )
    if (signal.stale) words.push(t('signal.silent'))
  }
  if (reading) words.push(t('age.observed', { age: age(reading.dateObserved) }))
  else if (kind && kind !== 'intersection' && kind !== 'roadSegment' && kind !== 'area' && kind !== 'depot') {
    words.push(shared('age.never'))
  }
  if (device) words.push(t(`device.${device.status}`), t('device.since', { age: age(device.since) }))
  const asset = index.assets.get(id)
  if (asset && !asset.geometry) words.push(t('place.unknown'))
  const odd = [
    ...(reading?.stale ? [t('odd.stale')] : []),
    ...(reading?.unreliable ?? []).map((reason) => t(`odd.${reason}`)),
    ...(reading?.flags ?? [])
      .filter((flag) => !reading?.unreliable?.some((reason) => reason === flag))
      .map((flag) => t(`odd.${flag}`)),
    ...(reading?.backfill ? [t('odd.backfill')] : [])
  ]
  return (
    <>
      <p className="dim tabular">{words.join(' · ')}</p>
      {odd.length > 0 && <p className="odd">{odd.join(' ')}</p>}
    </>
  )
}

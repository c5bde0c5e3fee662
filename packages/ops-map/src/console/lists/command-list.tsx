import type { Command } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { formatElapsed } from '../../format/age.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useCityList, useConsole, useNow } from '../app/use-city.ts'
import { ListRow } from './list-row.tsx'

/** Whether a command still runs or is on its way: what the console counts as an intervention. */
export function isInForce({ state, message }: Command, now: number): boolean {
  return (
    state !== 'rejected' && state !== 'expired' && message.kind === 'set-timing' && Date.parse(message.expiresAt) > now
  )
}

/** The newest commands to controllers, those in force first. */
export function CommandList() {
  const { index, ui } = useParts()
  const { t, shared, local } = useTexts('console')
  const now = useNow()
  const selected = useConsole((state) => state.selected)
  const running = useCityList(
    (state) => [...state.signals.values()].flatMap(({ command }) => (command ? [command] : [])),
    ['signals'],
    2_000
  )
  const recent = useQuery({
    queryKey: ['commands'],
    queryFn: ({ signal }) => request<{ commands: Command[] }>(paths.commands(), { signal }),
    refetchInterval: 10_000
  })
  const byId = new Map([...(recent.data?.commands ?? []), ...running].map((command) => [command.id, command]))
  // While the past is shown, what was commanded later is not there yet.
  const known = [...byId.values()].filter(({ message }) => Date.parse(message.issuedAt) <= now + 1_000)
  const commands = known.sort((a, b) => Number(isInForce(b, now)) - Number(isInForce(a, now)) || b.offset - a.offset)
  if (commands.length === 0) return <p className="all-well">{t('command.none')}</p>
  return (
    <ul className="rows" aria-label={t('tab.commands')}>
      {commands.map((command) => {
        const asset = index.assets.get(command.intersection)
        const timing = command.message.timing
        return (
          <ListRow
            key={command.id}
            mark={<span className={`command-dot ${command.state}`} aria-hidden="true" />}
            title={asset ? local(asset.properties.name) : command.intersection}
            strong={isInForce(command, now)}
            aside={formatElapsed(shared, now - Date.parse(command.message.issuedAt))}
            detail={[
              t(`command.state.${command.state}`),
              timing
                ? t('command.timing', {
                    cycle: Math.round(timing.cycle),
                    greens: timing.greens.map((green) => Math.round(green)).join('/')
                  })
                : t('command.release'),
              command.decision?.rule
            ]
              .filter(Boolean)
              .join(' · ')}
            current={command.intersection === selected}
            onSelect={() => ui.select(command.intersection)}
          />
        )
      })}
    </ul>
  )
}

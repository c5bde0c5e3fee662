import type { CommandState, CommandsAnswer } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { formatTime } from '../../format/clock.ts'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useCity, useNow } from '../app/use-city.ts'

const order: CommandState[] = ['requested', 'sent', 'acknowledged', 'effective', 'rejected', 'expired']

/** The newest commands to an intersection with each step of their life. */
export function CommandLife({ intersection }: { intersection: string }) {
  const { city } = useParts()
  const { t, language } = useTexts('console')
  const now = useNow()
  const signal = useCity(({ signals }) => signals.get(intersection))
  const { data } = useQuery({
    queryKey: ['commands', intersection, signal?.command?.offset],
    queryFn: ({ signal: stop }) => request<CommandsAnswer>(paths.commands(intersection), { signal: stop }),
    placeholderData: (previous) => previous
  })
  // While the past is shown, what was commanded later is not there yet.
  const commands = (data?.commands ?? [])
    .filter(({ message }) => Date.parse(message.issuedAt) <= now + 1_000)
    .slice(0, 3)
  return (
    <section aria-labelledby="commands-title">
      <h3 id="commands-title">{t('inspector.commands')}</h3>
      {commands.length === 0 && <p className="dim">{t('command.none')}</p>}
      {commands.map((command) => (
        <div key={command.id} className="command">
          <p className="split">
            <strong>
              {command.message.timing
                ? t('command.timing', {
                    cycle: formatNumber(command.message.timing.cycle, language),
                    greens: command.message.timing.greens.map((green) => formatNumber(green, language)).join('/')
                  })
                : t('command.release')}
            </strong>
            <span className={`command-state ${command.state}`}>{t(`command.state.${command.state}`)}</span>
          </p>
          <ol className="command-steps tabular">
            {order.flatMap((state) => {
              const time = command.times[state]
              return time === undefined
                ? []
                : [
                    <li key={state}>
                      {t(`command.state.${state}`)} {formatTime(Date.parse(time), language, city.timeZone)}
                    </li>
                  ]
            })}
          </ol>
          {command.reason && <p>{command.reason}</p>}
        </div>
      ))}
    </section>
  )
}

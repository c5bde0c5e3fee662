import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useCityList } from '../app/use-city.ts'

/** The rules that run, with their version and how many alarms each has open. */
export function RuleList() {
  const { city } = useParts()
  const { t, local } = useTexts('console')
  const counts = useCityList(
    ({ alarms }) => {
      const open = new Map<string, number>()
      for (const { rule } of alarms.values()) open.set(rule, (open.get(rule) ?? 0) + 1)
      return open
    },
    ['alarms']
  )
  return (
    <table className="facts">
      <tbody>
        {city.rules.map(({ id, version, severity, title }) => (
          <tr key={id}>
            <th scope="row">
              {local(title)}
              <br />
              <span className="dim">
                {id} v{version}
                {severity && isSeverity(severity) ? ` · ${t(`severity.${severity}`)}` : ''}
              </span>
            </th>
            <td className="tabular">{t('alarm.openCount', { count: counts.get(id) ?? 0 })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function isSeverity(text: string): text is 'informational' | 'low' | 'medium' | 'high' | 'critical' {
  return ['informational', 'low', 'medium', 'high', 'critical'].includes(text)
}

import { useTexts } from '../../i18n/use-texts.ts'
import { useCity } from '../app/use-city.ts'
import { useValueText } from './use-value-text.ts'

/** Every attribute that the newest reading carries, with its unit. What was not sent is not here. */
export function ReadingTable({ id }: { id: string }) {
  const { t } = useTexts('console')
  const { show, name } = useValueText()
  const reading = useCity(({ entities }) => entities.get(id))
  if (!reading) return null
  return (
    <section aria-labelledby="readings-title">
      <h3 id="readings-title">{t('inspector.readings')}</h3>
      <table className="facts">
        <tbody>
          {Object.entries(reading.values).map(([attribute, value]) => {
            const { text, unit } = show(reading.type, attribute, value)
            return (
              <tr key={attribute}>
                <th scope="row">{name(attribute)}</th>
                <td className="tabular">{unit ? `${text} ${unit}` : text}</td>
              </tr>
            )
          })}
          <tr>
            <th scope="row">{t('inspector.offset')}</th>
            <td className="tabular">{reading.offset}</td>
          </tr>
        </tbody>
      </table>
    </section>
  )
}

import { paths } from '../../api/paths.ts'
import { request } from '../../api/request.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { compareAlarms, needsAcknowledgement } from '../../marks/severity.ts'
import { useParts } from '../app/console-parts.ts'
import { useAcknowledge } from '../app/use-acknowledge.ts'
import { useCity, useCityList, useMoment } from '../app/use-city.ts'
import { useFailureText } from '../session/use-failure-text.ts'

/** What can be done about what is selected, always in sight at the foot of the panel; nothing while the past is shown. */
export function InspectorActions({ ids }: { ids: readonly string[] }) {
  const { announcer } = useParts()
  const { t, local } = useTexts('console')
  const acknowledge = useAcknowledge()
  const failureText = useFailureText()
  const past = useMoment() !== undefined
  const [id] = ids
  const commanded = useCity(({ signals }) => (id === undefined ? undefined : signals.get(id)?.state.commandId))
  const alarm = useCityList(
    ({ alarms }) =>
      [...alarms.values()]
        .filter((one) => ids.includes(one.entity) && needsAcknowledgement(one))
        .sort(compareAlarms)[0],
    ['alarms'],
    250
  )
  if (past || id === undefined || (!alarm && commanded === undefined)) return null
  const release = async () => {
    try {
      await request(paths.release(id), { method: 'POST' })
      announcer.say(t('command.releaseAsked'))
    } catch (failure) {
      announcer.say(failureText(failure), 'failed')
    }
  }
  return (
    <footer className="inspector-actions">
      {alarm && (
        <button
          type="button"
          className="button primary"
          aria-keyshortcuts="A"
          title={`${local(alarm.title)}: ${local(alarm.detail)}`}
          onClick={() => void acknowledge(alarm)}
        >
          {t('alarm.acknowledge')}
          <span className="key">A</span>
        </button>
      )}
      {commanded !== undefined && (
        <button type="button" className="button" onClick={() => void release()}>
          {t('command.releaseNow')}
        </button>
      )}
    </footer>
  )
}

import { formatAge } from '../../format/age.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'
import { useCityList, useConsole, useNow } from '../app/use-city.ts'
import { ListRow } from '../lists/list-row.tsx'

/** Devices that are not connected, or of which nothing was heard since the start. */
export function OfflineDevices() {
  const { index, ui } = useParts()
  const { t, shared } = useTexts('console')
  const now = useNow()
  const selected = useConsole((state) => state.selected)
  const devices = useCityList(
    (state) =>
      [...state.devices.values()]
        .filter(({ status }) => status !== 'online')
        .sort((a, b) => (a.status < b.status ? -1 : a.status > b.status ? 1 : a.device < b.device ? -1 : 1)),
    ['devices']
  )
  if (devices.length === 0) return <p className="dim">{t('device.allOnline')}</p>
  return (
    <ul className="rows" aria-label={t('more.devices')}>
      {devices.map(({ device, status, since }) => {
        const entity = index.intersectionOfController.get(device) ?? device
        return (
          <ListRow
            key={device}
            mark={<span className={`device-dot ${status}`} aria-hidden="true" />}
            title={device}
            detail={`${t(`device.${status}`)} · ${formatAge(shared, now - Date.parse(since))}`}
            current={entity === selected}
            onSelect={() => ui.select(entity)}
          />
        )
      })}
    </ul>
  )
}

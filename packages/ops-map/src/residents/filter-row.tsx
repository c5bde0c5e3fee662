import { useTexts } from '../i18n/use-texts.ts'
import type { Filters } from './arrange-places.ts'

const heights = [1.8, 1.9, 2.0, 2.1, 2.5, 3.0]

/** Open now, disabled bays, height of one's vehicle. */
export function FilterRow({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const { t } = useTexts('residents')
  return (
    <fieldset className="filters">
      <legend className="unseen">{t('filters')}</legend>
      <button
        type="button"
        className="chip"
        aria-pressed={filters.openNow}
        onClick={() => onChange({ ...filters, openNow: !filters.openNow })}
      >
        {t('openNow')}
      </button>
      <button
        type="button"
        className="chip"
        aria-pressed={filters.disabledBays}
        onClick={() => onChange({ ...filters, disabledBays: !filters.disabledBays })}
      >
        {t('disabledBays')}
      </button>
      <select
        className="chip"
        aria-label={t('heightLabel')}
        data-chosen={filters.height !== undefined}
        value={filters.height ?? ''}
        onChange={({ target }) =>
          onChange({ ...filters, height: target.value === '' ? undefined : Number(target.value) })
        }
      >
        <option value="">{t('anyHeight')}</option>
        {heights.map((height) => (
          <option key={height} value={height}>
            {t('height', { height: height.toFixed(1) })}
          </option>
        ))}
      </select>
    </fieldset>
  )
}

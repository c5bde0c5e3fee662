import type { EntityAnswer } from '@city-brain/model'
import { useQuery } from '@tanstack/react-query'
import { request } from '../../api/request.ts'
import { formatNumber } from '../../format/number.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'

/** What does not change about an entity: its area, its size, who reports it, its NGSI-LD id. */
export function EntityFacts({ id }: { id: string }) {
  const { index, ui } = useParts()
  const { t, language, local } = useTexts('console')
  const asset = index.assets.get(id)
  const { data } = useQuery({
    queryKey: ['entity', id],
    queryFn: ({ signal }) => request<EntityAnswer>(`/api/entities/${encodeURIComponent(id)}`, { signal }),
    enabled: asset !== undefined,
    staleTime: Number.POSITIVE_INFINITY
  })
  if (!asset) return null
  const { properties } = asset
  const area = index.assets.get(properties.area)
  const facts: [string, string][] = [[t('fact.area'), area ? local(area.properties.name) : properties.area]]
  if (properties.kind === 'parkingSite') {
    if (properties.address) facts.push([t('fact.address'), local(properties.address)])
    if (properties.openingHours) facts.push([t('attribute.openingHours'), properties.openingHours])
    if (properties.maximumAllowedHeight !== undefined) {
      facts.push([
        t('attribute.maximumAllowedHeight'),
        `${formatNumber(properties.maximumAllowedHeight, language, 2)} m`
      ])
    }
    if (properties.priceRatePerMinute !== undefined) {
      const hourly = formatNumber(properties.priceRatePerMinute * 60, language, 2)
      facts.push([
        t('fact.price'),
        t('fact.pricePerHour', { price: `${hourly} ${properties.priceCurrency ?? ''}`.trim() })
      ])
    }
  }
  if (properties.kind === 'container') {
    facts.push([t('attribute.storedWasteKind'), t(`waste.${properties.storedWasteKind}`)])
    facts.push([t('attribute.binCapacity'), `${formatNumber(properties.binCapacity, language)} l`])
  }
  if (properties.kind === 'roadSegment') facts.push([t('fact.lanes'), String(properties.lanes)])
  if (properties.kind === 'detector') {
    if (properties.laneId !== undefined) facts.push([t('attribute.laneId'), String(properties.laneId)])
    facts.push([t('fact.period'), `${properties.period} s`])
  }
  if ('expectedInterval' in properties && properties.expectedInterval !== undefined) {
    facts.push([t('fact.interval'), t('fact.every', { seconds: formatNumber(properties.expectedInterval, language) })])
  }
  if (data && data.devices.length > 0) facts.push([t('fact.devices'), data.devices.join(', ')])
  if (data?.urn) facts.push(['NGSI-LD', data.urn])
  const related = properties.kind === 'detector' ? [properties.refIntersection, properties.refRoadSegment] : []
  return (
    <section aria-labelledby="facts-title">
      <h3 id="facts-title">{t('inspector.facts')}</h3>
      <table className="facts">
        <tbody>
          {facts.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="links">
        {related.map((other) => {
          const there = other === undefined ? undefined : index.assets.get(other)
          return there ? (
            <button key={there.id} type="button" className="button small" onClick={() => ui.select(there.id)}>
              {local(there.properties.name)}
            </button>
          ) : null
        })}
      </div>
    </section>
  )
}

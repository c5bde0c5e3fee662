/** A car park of a recorded feed, as its places file describes it. */
export type Place = {
  /** As the file writes it. */
  placeId: string
  /** Lower-case and safe in topics: the entity's id. */
  entity: string
  name: string
  city: string
  /** The city as an area: the second level of its topics. */
  area: string
  capacity?: number
  position?: [longitude: number, latitude: number]
}

/** A row that cannot be used, for people: `places.csv:12: latitude is no number`. */
export type RowFault = string

/** An id from a name: lower-case, without accents, everything else a hyphen, at most 64 characters. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll('ß', 'ss')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 64)
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
}

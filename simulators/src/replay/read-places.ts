import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { type Place, type RowFault, slug } from './place.ts'
import { readTable } from './read-table.ts'

const columns = ['place_id', 'place_name', 'city_name', 'capacity', 'latitude', 'longitude'] as const

/** Reads a places file (CSV with a header line). Every row that cannot be used is reported; columns may be empty where a place has no capacity or position. */
export async function readPlaces(file: string): Promise<{ places: Place[]; faults: RowFault[] }> {
  const places: Place[] = []
  const faults: RowFault[] = []
  const seen = new Map<string, string>()
  const at = (line: number, what: string) => faults.push(`${basename(file)}:${line}: ${what}`)
  for await (const { line, row } of readTable(createReadStream(file), file, columns)) {
    const entity = slug(row.place_id)
    const area = slug(row.city_name)
    const capacity = numberOf(row.capacity)
    const latitude = numberOf(row.latitude)
    const longitude = numberOf(row.longitude)
    if (entity === '') at(line, `place_id "${row.place_id}" has no letter or digit`)
    else if (seen.has(entity)) at(line, `place_id ${row.place_id} is there already, as ${seen.get(entity)}`)
    else if (area === '') at(line, `city_name "${row.city_name}" has no letter or digit`)
    else if (capacity !== undefined && !(Number.isInteger(capacity) && capacity >= 0)) {
      at(line, `capacity "${row.capacity}" is no count`)
    } else if ((latitude === undefined) !== (longitude === undefined)) {
      at(line, 'has only one of latitude and longitude')
    } else if (latitude !== undefined && !(Math.abs(latitude) <= 90)) at(line, `latitude "${row.latitude}" is none`)
    else if (longitude !== undefined && !(Math.abs(longitude) <= 180)) at(line, `longitude "${row.longitude}" is none`)
    else {
      seen.set(entity, row.place_id)
      places.push({
        placeId: row.place_id,
        entity,
        name: row.place_name || row.place_id,
        city: row.city_name,
        area,
        ...(capacity ? { capacity } : {}),
        ...(latitude === undefined || longitude === undefined ? {} : { position: [longitude, latitude] })
      })
    }
  }
  return { places, faults }
}

/** Undefined where the cell is empty, NaN where it is no number. */
function numberOf(cell: string): number | undefined {
  return cell.trim() === '' ? undefined : Number(cell)
}

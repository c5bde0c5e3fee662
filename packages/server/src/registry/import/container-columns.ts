/** The columns of a table of containers. Their names are the vocabulary's. */
export const requiredColumns = ['id', 'area', 'longitude', 'latitude', 'storedWasteKind', 'binCapacity'] as const
export const optionalColumns = [
  'name',
  'name_en',
  'name_zh',
  'device',
  'distanceEmpty',
  'distanceFull',
  'expectedInterval',
  'profile'
] as const
export type Column = (typeof requiredColumns)[number] | (typeof optionalColumns)[number]

const all: readonly string[] = [...requiredColumns, ...optionalColumns]

/** What is wrong with a heading; each with its column where it has one. */
export function checkColumns(columns: readonly string[]): { column?: string; message: string }[] {
  const faults: { column?: string; message: string }[] = []
  columns.forEach((column, index) => {
    if (column === '') faults.push({ message: `column ${index + 1} has no name` })
    else if (!all.includes(column)) {
      faults.push({ column, message: `is no column of a container; there are ${all.join(', ')}` })
    } else if (columns.indexOf(column) !== index) faults.push({ column, message: 'is there twice' })
  })
  for (const column of requiredColumns) if (!columns.includes(column)) faults.push({ column, message: 'is missing' })
  const has = (column: string) => columns.includes(column)
  if (!has('name') && !(has('name_en') && has('name_zh'))) {
    faults.push({ column: 'name', message: 'is missing; or name_en and name_zh' })
  }
  if (has('distanceEmpty') !== has('distanceFull')) {
    const [missing] = ['distanceEmpty', 'distanceFull'].filter((column) => !has(column))
    faults.push({
      ...(missing === undefined ? {} : { column: missing }),
      message: 'is missing: a calibration needs both'
    })
  }
  return faults
}

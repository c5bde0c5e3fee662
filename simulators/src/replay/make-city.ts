import { parseArgs } from 'node:util'
import { writeCityOfPlaces } from './places-to-city.ts'
import { readPlaces } from './read-places.ts'

/** `make-city.ts --places FILE --out DIR`: a city's folder from a places file. Exit code 1 where a row is wrong: all of them are named. */
const { values } = parseArgs({ options: { places: { type: 'string' }, out: { type: 'string' } } })
try {
  if (!values.places || !values.out) throw new Error('--places FILE and --out DIR are needed.')
  const { places, faults } = await readPlaces(values.places)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  if (places.length === 0) throw new Error(`${values.places} has no places.`)
  writeCityOfPlaces(places, values.out)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

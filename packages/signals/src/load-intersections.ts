import { type AssetCollection, checkDocument, Intersection, type Problem, type YamlDocument } from '@city-brain/model'
import { Compile } from 'typebox/compile'
import { checkIntersection } from './check-intersection.ts'

const validator = Compile(Intersection)

/**
 * The intersections of a city, one in each document of `signals/`. Every problem of every file is reported together,
 * with its line; only intersections without one are returned.
 */
export function loadIntersections(options: { documents: readonly YamlDocument[]; assets: AssetCollection }): {
  intersections: Intersection[]
  problems: Problem[]
} {
  const intersections: Intersection[] = []
  const problems: Problem[] = []
  const fileOf = new Map<string, string>()
  for (const document of options.documents) {
    const checked = checkDocument(document, validator)
    if (checked.value === undefined) {
      problems.push(...checked.problems)
      continue
    }
    const intersection = checked.value
    const faults = checkIntersection(intersection, options.assets)
    const earlier = fileOf.get(intersection.intersection)
    if (earlier !== undefined) {
      faults.push({
        path: '/intersection',
        code: 'duplicate',
        message: `${earlier} describes this intersection already`
      })
    } else fileOf.set(intersection.intersection, document.file)
    problems.push(...faults.map((fault) => ({ file: document.file, ...document.locate(fault.path), ...fault })))
    if (faults.length === 0) intersections.push(intersection)
  }
  return { intersections, problems }
}

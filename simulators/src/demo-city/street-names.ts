import type { Random } from '../random.ts'
import type { Name } from './name.ts'
import { streetNames } from './plan-street-names.ts'
import { along, lengthOf, type Point } from './plane.ts'
import type { Street } from './town.ts'

/** Gives names to streets: the long ones a name of their own, which the map shows, the others a numbered lane off one of these. */
export function nameStreets(streets: readonly Street[], random: Random): void {
  const pools = new Map<'oldtown' | 'elsewhere', Name[]>([
    ['oldtown', join(streetNames.oldtown, [...streetNames.lanes, ...streetNames.kinds])],
    ['elsewhere', join(streetNames.first, streetNames.kinds)]
  ])
  const poolOf = (street: Street) => (street.district.use === 'oldtown' ? 'oldtown' : 'elsewhere')
  for (const pool of pools.values()) shuffle(pool, random)
  const named: Street[] = []
  for (const street of [...streets].sort((a, b) => lengthOf(b.line) - lengthOf(a.line))) {
    const name = pools.get(poolOf(street))?.pop()
    if (!name) continue
    street.name = name
    street.label = true
    named.push(street)
  }
  const lanes = new Map<string, number>()
  for (const street of streets) {
    if (street.name) continue
    const group = named.filter((other) => poolOf(other) === poolOf(street))
    const { point } = along(street.line, lengthOf(street.line) / 2)
    const best = group.reduce((a, b) => (farFrom(point, b) < farFrom(point, a) ? b : a))
    const number = (lanes.get(best.name?.en ?? '') ?? 0) + 1
    lanes.set(best.name?.en ?? '', number)
    street.name = { en: `${best.name?.en} Lane ${number}`, zh: `${best.name?.zh}${number}巷` }
  }
}

function join(first: readonly Name[], kinds: readonly Name[]): Name[] {
  return kinds.flatMap((kind) => first.map((name) => ({ en: `${name.en} ${kind.en}`, zh: `${name.zh}${kind.zh}` })))
}

function shuffle<T>(items: T[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    const [a, b] = [items[i] as T, items[j] as T]
    items[i] = b
    items[j] = a
  }
}

/** Metres from a point to the middle of a street. */
export function farFrom(point: Point, street: Street): number {
  const { point: middle } = along(street.line, lengthOf(street.line) / 2)
  return Math.hypot(middle[0] - point[0], middle[1] - point[1])
}

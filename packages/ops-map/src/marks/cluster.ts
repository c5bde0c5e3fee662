/** A group of marks that would lie on each other. `x` and `y` are pixels at the zoom it was made for. */
export type Cluster = { members: number[]; x: number; y: number }

/**
 * Groups points of one screen by a grid of `cell` pixels and joins cells whose centres came too close. Points that are
 * alone stay clusters of one. Deterministic, and linear in the number of points.
 */
export function clusterMarks(xs: ArrayLike<number>, ys: ArrayLike<number>, cell: number): Cluster[] {
  const cells = new Map<string, number[]>()
  for (let i = 0; i < xs.length; i++) {
    const key = `${Math.floor((xs[i] ?? 0) / cell)}/${Math.floor((ys[i] ?? 0) / cell)}`
    const members = cells.get(key)
    if (members) members.push(i)
    else cells.set(key, [i])
  }
  const clusters: Cluster[] = []
  for (const members of [...cells.values()].sort((a, b) => b.length - a.length)) {
    const x = mean(xs, members)
    const y = mean(ys, members)
    const near = clusters.find((other) => Math.hypot(other.x - x, other.y - y) < cell * 0.75)
    if (!near) {
      clusters.push({ members, x, y })
      continue
    }
    const size = near.members.length
    near.x = (near.x * size + x * members.length) / (size + members.length)
    near.y = (near.y * size + y * members.length) / (size + members.length)
    near.members.push(...members)
  }
  return clusters
}

/**
 * The zoom below which marks are too dense to stand alone: where half of them have their nearest neighbour within
 * `spacing` pixels. Positions are on the map's world square at zoom 0 (512 pixels wide).
 */
export function crowdedBelow(xs: ArrayLike<number>, ys: ArrayLike<number>, spacing: number): number {
  if (xs.length < 2) return 0
  const nearest: number[] = []
  const step = Math.max(1, Math.floor(xs.length / 500))
  for (let i = 0; i < xs.length; i += step) {
    let best = Number.POSITIVE_INFINITY
    for (let j = 0; j < xs.length; j++) {
      if (j === i) continue
      best = Math.min(best, Math.hypot((xs[i] ?? 0) - (xs[j] ?? 0), (ys[i] ?? 0) - (ys[j] ?? 0)))
    }
    nearest.push(best)
  }
  nearest.sort((a, b) => a - b)
  const median = nearest[Math.floor(nearest.length / 2)] ?? 0
  return median > 0 ? Math.log2(spacing / median) : 0
}

function mean(values: ArrayLike<number>, members: readonly number[]): number {
  let sum = 0
  for (const member of members) sum += values[member] ?? 0
  return sum / members.length
}

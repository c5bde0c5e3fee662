import type { LatestEntity } from '@city-brain/model'
import type { CityIndex } from '../city/city-index.ts'
import { type Cluster, clusterMarks, crowdedBelow } from '../marks/cluster.ts'
import { type ContainerMark, type ContainerState, containerMark } from '../marks/container-mark.ts'
import { rgba, type Tokens } from './read-tokens.ts'
import { latitudeOf, longitudeOf, worldX, worldY } from './world.ts'

export type ContainerCluster = {
  id: string
  position: [number, number]
  count: number
  worst: ContainerState
  members: string[]
}

/** Worst first. */
const badness: ContainerState[] = ['fire', 'full', 'half', 'stale', 'unknown', 'low']
const radii: Record<ContainerState, number> = { fire: 6, full: 4.6, half: 3.5, low: 2.9, stale: 0, unknown: 0 }

/**
 * The containers as a structure of arrays: one position, colour and radius each, rewritten in place. Silent ones have no
 * dot (they are drawn hollow, from `silent`), and neither have those in a cluster.
 */
export function createContainerMarks(index: CityIndex) {
  const placed = index.containers.filter(({ geometry }) => geometry?.type === 'Point')
  const ids = placed.map(({ id }) => id)
  const positions = new Float32Array(ids.length * 2)
  const colours = new Uint8ClampedArray(ids.length * 4)
  const sizes = new Float32Array(ids.length)
  const marks: ContainerMark[] = ids.map(() => ({ state: 'unknown', label: '' }))
  const places = new Map(ids.map((id, place) => [id, place]))
  const [xs, ys] = [new Float64Array(ids.length), new Float64Array(ids.length)]
  placed.forEach(({ geometry }, place) => {
    if (geometry?.type !== 'Point') return
    positions.set(geometry.coordinates, place * 2)
    xs[place] = worldX(geometry.coordinates[0])
    ys[place] = worldY(geometry.coordinates[1])
  })
  const crowded = crowdedBelow(xs, ys, 9)
  const grouped = new Uint8Array(ids.length)
  let groups: Cluster[] = []

  const paint = (place: number, tokens: Tokens) => {
    const { state } = marks[place] ?? { state: 'unknown' }
    const colour =
      state === 'fire'
        ? tokens.critical
        : state === 'full'
          ? tokens['container-full']
          : state === 'half'
            ? tokens['container-half']
            : tokens['container-low']
    colours.set(rgba(colour), place * 4)
    sizes[place] = grouped[place] ? 0 : radii[state]
  }

  return {
    ids,
    positions,
    colours,
    sizes,
    /** Below it they stand in clusters. */
    crowdedBelow: crowded,
    mark: (place: number): ContainerMark | undefined => marks[place],
    has: (id: string) => places.has(id),
    isGrouped: (place: number) => grouped[place] === 1,
    /** Takes a reading; true where the picture changes. */
    update(id: string, reading: LatestEntity | undefined, tokens: Tokens): boolean {
      const place = places.get(id)
      if (place === undefined) return false
      const next = containerMark(reading)
      const before = marks[place]
      marks[place] = next
      if (before?.state === next.state) return false
      paint(place, tokens)
      return true
    },
    repaint(tokens: Tokens) {
      for (let place = 0; place < ids.length; place++) paint(place, tokens)
    },
    /** Groups them for a zoom (whole steps of a quarter, so that panning does not regroup). */
    group(zoom: number, tokens: Tokens) {
      grouped.fill(0)
      groups = []
      if (zoom < crowded) {
        const pixels = 2 ** zoom
        groups = clusterMarks(
          xs.map((x) => x * pixels),
          ys.map((y) => y * pixels),
          52
        )
          .filter(({ members }) => members.length > 1)
          .map((cluster) => ({ ...cluster, x: cluster.x / pixels, y: cluster.y / pixels }))
        for (const { members } of groups) for (const member of members) grouped[member] = 1
      }
      this.repaint(tokens)
    },
    clusters(): ContainerCluster[] {
      return groups.map(({ members, x, y }) => {
        const states = members.map((member) => marks[member]?.state ?? 'unknown')
        return {
          id: `cluster/${ids[members[0] ?? 0]}`,
          position: [longitudeOf(x), latitudeOf(y)],
          count: members.length,
          worst: badness.find((state) => states.includes(state)) ?? 'unknown',
          members: members.map((member) => ids[member] ?? '')
        }
      })
    },
    silent(): { id: string; position: [number, number] }[] {
      return ids.flatMap((id, place) => {
        const state = marks[place]?.state
        if (grouped[place] || (state !== 'stale' && state !== 'unknown')) return []
        return [{ id, position: [positions[place * 2] ?? 0, positions[place * 2 + 1] ?? 0] as [number, number] }]
      })
    }
  }
}
export type ContainerMarks = ReturnType<typeof createContainerMarks>

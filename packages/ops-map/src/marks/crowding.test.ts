import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterMarks, crowdedBelow } from './cluster.ts'
import { placeLabels } from './place-labels.ts'

test('every mark is in exactly one cluster, and marks far apart stay alone', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 }))), (points) => {
      const clusters = clusterMarks(
        points.map(([x]) => x),
        points.map(([, y]) => y),
        40
      )
      expect(clusters.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual(points.map((_, index) => index))
    })
  )
  expect(clusterMarks([0, 100, 200], [0, 0, 0], 40).map(({ members }) => members)).toEqual([[0], [1], [2]])
  expect(clusterMarks([0, 5, 200], [0, 5, 0], 40).map(({ members }) => members)).toEqual([[0, 1], [2]])
})

test('neighbours on two sides of a grid line are one cluster', () => {
  expect(clusterMarks([38, 42], [10, 10], 40)).toHaveLength(1)
})

test('marks are crowded below the zoom at which they would touch', () => {
  // A row of points one pixel apart at zoom 0 is 16 pixels apart at zoom 4.
  const xs = Array.from({ length: 50 }, (_, index) => index)
  expect(
    crowdedBelow(
      xs,
      xs.map(() => 0),
      16
    )
  ).toBeCloseTo(4)
  expect(crowdedBelow([1], [1], 16)).toBe(0)
})

test('no placed label lies on another, and the first keeps its own place', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 200 }))), (points) => {
      const requests = points.map(([x, y]) => ({ x, y, width: 44, height: 20 }))
      const boxes = placeLabels(requests).flatMap((place, index) => {
        const request = requests[index]
        return place && request ? [{ x: request.x + place.dx, y: request.y + place.dy }] : []
      })
      if (points.length > 0) expect(boxes[0]).toEqual({ x: points[0]?.[0], y: points[0]?.[1] })
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) expect(Math.abs(a.x - b.x) >= 44 || Math.abs(a.y - b.y) >= 20).toBe(true)
      }
    })
  )
})

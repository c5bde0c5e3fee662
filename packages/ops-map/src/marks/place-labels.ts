/** A label that wants a place: `x`, `y` its point in pixels, `width` and `height` its box. */
export type LabelRequest = { x: number; y: number; width: number; height: number }
/** Offset of the box's centre from its point, or undefined where it found no place. */
export type LabelPlace = { dx: number; dy: number } | undefined

/**
 * Places boxes so that none lies on another: on its point where it can, else around it, else nowhere. Earlier requests
 * go first, so sort by importance.
 */
export function placeLabels(requests: readonly LabelRequest[], gap = 2): LabelPlace[] {
  const taken: { left: number; top: number; right: number; bottom: number }[] = []
  return requests.map(({ x, y, width, height }) => {
    const [w, h] = [width / 2 + gap, height / 2 + gap]
    const steps = [
      [0, 0],
      [0, -h - 3],
      [0, h + 3],
      [w + 3, 0],
      [-w - 3, 0],
      [w * 0.8, -h - 3],
      [-w * 0.8, -h - 3],
      [w * 0.8, h + 3],
      [-w * 0.8, h + 3]
    ] as const
    for (const [dx, dy] of steps) {
      const box = { left: x + dx - w, right: x + dx + w, top: y + dy - h, bottom: y + dy + h }
      const free = taken.every(
        (other) =>
          box.right <= other.left || box.left >= other.right || box.bottom <= other.top || box.top >= other.bottom
      )
      if (!free) continue
      taken.push(box)
      return { dx, dy }
    }
    return undefined
  })
}

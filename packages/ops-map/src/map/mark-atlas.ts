import type { Tokens } from './read-tokens.ts'

/** Where an icon lies in the atlas, in the form deck.gl's IconLayer wants; `width` and `height` in pixels of the atlas. */
export type AtlasEntry = {
  x: number
  y: number
  width: number
  height: number
  anchorX: number
  anchorY: number
  mask: false
}
export type MarkAtlas = { image: HTMLCanvasElement; mapping: Record<string, AtlasEntry>; scale: number }

type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void

/** Pixels of the atlas per pixel of the page: sharp on the densest screens. */
const scale = 3
export const pillHeight = 20

/** A pill is as wide as its text; the widths are few, so that they are drawn once. */
export function pillWidth(label: string): number {
  return Math.min(76, 22 + Math.max(1, label.length - 2) * 7.6)
}
export function pillIcon(state: string, label: string): string {
  return `pill/${state}/${label.length}`
}

/** Draws every mark of the map once in the colours of a theme. All marks are ours. */
export function createMarkAtlas(tokens: Tokens): MarkAtlas {
  const marks: { name: string; width: number; height: number; draw: Draw }[] = []
  const add = (name: string, width: number, height: number, draw: Draw) => marks.push({ name, width, height, draw })

  for (const length of [3, 4, 5, 6, 7, 8]) {
    const width = pillWidth('x'.repeat(length))
    const pill = (state: string, fill: string, edge: string, dash: number[] = []) =>
      add(`pill/${state}/${length}`, width + 4, pillHeight + 4, (context, w, h) => {
        rounded(context, 2, 2, w - 4, h - 4, (h - 4) / 2)
        context.fillStyle = fill
        context.fill()
        context.setLineDash(dash)
        context.lineWidth = 1.4
        context.strokeStyle = edge
        context.stroke()
      })
    pill('free', tokens.accent, tokens.panel)
    pill('full', tokens.standing, tokens.panel)
    pill('closed', tokens.panel, tokens.dim)
    pill('unreliable', tokens.panel, tokens.dim)
    pill('stale', tokens.panel, tokens.dim, [3, 2.5])
    pill('unknown', tokens.panel, tokens.dim, [3, 2.5])
  }

  const frame = (name: string, fill: string, edge: string, dash: number[] = []) =>
    add(`signal/${name}`, 18, 18, (context) => {
      rounded(context, 2.5, 2.5, 13, 13, 3.6)
      context.fillStyle = fill
      context.fill()
      context.setLineDash(dash)
      context.lineWidth = 1.7
      context.strokeStyle = edge
      context.stroke()
    })
  frame('adaptive', tokens.panel, tokens.ink)
  frame('coordinated', tokens.panel, tokens.ink)
  frame('manual', tokens.panel, tokens.accent, [2.6, 1.9])
  frame('flashing', tokens.dense, tokens.ink)
  frame('dark', tokens.ink, tokens.panel)
  frame('stale', tokens.ground, tokens.dim, [1.5, 2])
  frame('unknown', tokens.ground, tokens.dim, [1.5, 2])
  for (const level of ['free', 'dense', 'slow', 'standing', 'unknown'] as const) {
    add(`bar/${level}`, 18, 18, (context) => {
      rounded(context, 7.6, 4.6, 2.8, 8.8, 1.2)
      context.fillStyle = level === 'unknown' ? tokens.dim : tokens[level]
      context.fill()
    })
    // Nobody has green: a point in the middle.
    add(`dot/${level}`, 18, 18, (context) => {
      disc(context, 9, 9, 1.7)
      context.fillStyle = level === 'unknown' ? tokens.dim : tokens[level]
      context.fill()
    })
  }

  add('container/stale', 14, 14, (context) => {
    disc(context, 7, 7, 4)
    context.fillStyle = `${tokens.ground}b0`
    context.fill()
    context.setLineDash([1.9, 1.7])
    context.lineWidth = 1.2
    context.strokeStyle = tokens.dim
    context.stroke()
  })
  add('anchor', 10, 10, (context) => {
    disc(context, 5, 5, 3)
    context.fillStyle = tokens.accent
    context.fill()
    context.lineWidth = 1
    context.strokeStyle = tokens.panel
    context.stroke()
  })

  add('alarm/critical', 20, 20, (context) => {
    polygon(context, 10, 10, 8, 8, Math.PI / 8)
    paint(context, tokens.critical, tokens.panel)
    context.fillStyle = tokens.panel
    context.fillRect(9, 5.2, 2, 6)
    context.fillRect(9, 12.6, 2, 2)
  })
  add('alarm/high', 20, 20, (context) => {
    polygon(context, 10, 11.2, 8.4, 3, -Math.PI / 2)
    paint(context, tokens.high, tokens.panel)
  })
  add('alarm/medium', 20, 20, (context) => {
    polygon(context, 10, 10, 7, 4, 0)
    paint(context, tokens.panel, tokens.medium, 2.2)
  })
  add('alarm/low', 20, 20, (context) => {
    disc(context, 10, 10, 5.4)
    paint(context, tokens.panel, tokens.low, 2.2)
  })
  add('alarm/informational', 20, 20, (context) => {
    disc(context, 10, 10, 3.4)
    paint(context, tokens.low, tokens.panel)
  })

  return pack(marks)
}

function pack(marks: readonly { name: string; width: number; height: number; draw: Draw }[]): MarkAtlas {
  const image = document.createElement('canvas')
  image.width = 1024
  const mapping: MarkAtlas['mapping'] = {}
  const gap = 2
  let [x, y, row] = [gap, gap, 0]
  const places = marks.map((mark) => {
    const [width, height] = [Math.ceil(mark.width * scale), Math.ceil(mark.height * scale)]
    if (x + width + gap > image.width) [x, y, row] = [gap, y + row + gap, 0]
    const place = { x, y, width, height }
    x += width + gap
    row = Math.max(row, height)
    return place
  })
  image.height = 2 ** Math.ceil(Math.log2(y + row + gap))
  const context = image.getContext('2d')
  if (!context) throw new Error('This browser draws no 2D canvas')
  marks.forEach(({ name, width, height, draw }, index) => {
    const place = places[index]
    if (!place) return
    context.save()
    context.translate(place.x, place.y)
    context.scale(scale, scale)
    draw(context, width, height)
    context.restore()
    mapping[name] = { ...place, anchorX: place.width / 2, anchorY: place.height / 2, mask: false }
  })
  return { image, mapping, scale }
}

function rounded(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number
) {
  context.beginPath()
  context.roundRect(x, y, width, height, radius)
}
function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number) {
  context.beginPath()
  context.arc(x, y, radius, 0, Math.PI * 2)
}
function polygon(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  corners: number,
  turn: number
) {
  context.beginPath()
  for (let i = 0; i < corners; i++) {
    const angle = turn + (i * 2 * Math.PI) / corners
    context.lineTo(x + Math.cos(angle) * radius, y + Math.sin(angle) * radius)
  }
  context.closePath()
}
function paint(context: CanvasRenderingContext2D, fill: string, edge: string, width = 1.2) {
  context.fillStyle = fill
  context.fill()
  context.lineWidth = width
  context.lineJoin = 'round'
  context.strokeStyle = edge
  context.stroke()
}

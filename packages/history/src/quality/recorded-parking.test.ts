import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createUnchanged } from './unchanged.ts'

/**
 * The definition in docs/decisions/0005-what-is-odd.md, held against two months of real records. The counts were first
 * found by a program of its own; the one below is that program, which scans everything at every reading.
 */
const folder = join(import.meta.dirname, '../../../../../shared/data/parking')
const there = existsSync(folder)
if (!there && process.env.CI === 'true') throw new Error(`The recorded parking data is missing: ${folder}`)

type Row = { at: number; site: string; area: string; available: number }

function readRows(): Row[] {
  const [, ...lines] = gunzipSync(readFileSync(join(folder, 'free-spaces.csv.gz')))
    .toString()
    .trim()
    .split('\n')
  return lines.map((line) => {
    const [timestamp = '', site = '', free = ''] = line.split(',')
    return {
      at: Date.parse(timestamp),
      site,
      area: site.startsWith('dresden') ? 'dresden' : 'nuernberg',
      available: Number(free)
    }
  })
}

const day = 86_400_000

function scan(rows: Row[]): { raised: [string, number][]; cleared: [string, number][] } {
  type Site = { area: string; value: number; t: number; k: number; newest: number; moved: number; raised: boolean }
  const sites = new Map<string, Site>()
  const raised: [string, number][] = []
  const cleared: [string, number][] = []
  for (const { at, site, area, available } of rows) {
    for (const [name, s] of sites) {
      while (s.area === area && !s.raised && s.t + s.k * day <= at) {
        const b = s.t + (s.k - 1) * day
        const others = [...sites].filter(([other, o]) => other !== name && o.area === area && o.newest > b)
        const moved = others.filter(([, o]) => o.moved > b)
        if (others.length > 0 && moved.length >= others.length / 2) {
          s.raised = true
          raised.push([name, s.t])
        }
        s.k++
      }
    }
    const s = sites.get(site)
    if (!s) {
      sites.set(site, {
        area,
        value: available,
        t: at,
        k: 1,
        newest: at,
        moved: Number.NEGATIVE_INFINITY,
        raised: false
      })
      continue
    }
    s.newest = at
    if (s.value === available) continue
    if (s.raised) cleared.push([site, at])
    Object.assign(s, { value: available, t: at, k: 1, moved: at, raised: false })
  }
  return { raised, cleared }
}

describe.skipIf(!there)('two months of 55 real car parks (skipped where ../shared/data is absent)', () => {
  test('unchanged is raised 32 times for 20 of them, and an independent program agrees', () => {
    const rows = readRows()
    expect(rows).toHaveLength(248_205)
    const unchanged = createUnchanged()
    const transitions = rows.flatMap((row, i) => unchanged.apply({ ...row, offset: i + 1 }))
    const of = (state: 'raised' | 'cleared') =>
      transitions.filter((one) => one.state === state).map<[string, number]>(({ site, since }) => [site, since])
    const sorted = (list: [string, number][]) => list.map(([site, since]) => `${site} ${since}`).sort()

    expect(of('raised')).toHaveLength(32)
    expect(new Set(of('raised').map(([site]) => site)).size).toBe(20)
    expect(of('cleared')).toHaveLength(25)
    const expected = scan(rows)
    expect(sorted(of('raised'))).toEqual(sorted(expected.raised))
    expect(sorted(of('cleared'))).toEqual(sorted(expected.cleared))
    // Four counters never moved in the two months.
    const stuck = ['Klotzsche', 'Kraftwerk-Mitte', 'SP1-Strassburger-Platz'].map((name) => `dresden-parken-${name}`)
    for (const site of [...stuck, 'tiefbauamt-nuernberg-parken-Parkhaus-City-Point']) {
      expect(of('raised').filter(([name]) => name === site)).toHaveLength(1)
      expect(of('cleared').map(([name]) => name)).not.toContain(site)
    }
  })
})

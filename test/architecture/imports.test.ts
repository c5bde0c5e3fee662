import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'

/**
 * Who may import whom: the table of packages in docs/architecture.md. It is a star: siblings import only the model and
 * are joined in the server's compose.ts.
 */
const root = resolve(import.meta.dirname, '../..')
const siblings = ['journal', 'ingest', 'history', 'rules', 'signals', 'planning']
const allowed: Record<string, string[]> = {
  'packages/model': [],
  'packages/journal': ['model'],
  'packages/ingest': ['model'],
  'packages/history': ['model'],
  'packages/rules': ['model'],
  'packages/signals': ['model'],
  'packages/planning': ['model'],
  'packages/server': ['model', ...siblings],
  'packages/ops-map': ['model'],
  simulators: ['model'],
  test: ['model', ...siblings, 'server', 'ops-map', 'simulators'],
  bench: ['model', ...siblings, 'server', 'simulators']
}

const packages = [
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`),
  'simulators',
  'test',
  'bench'
]

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (name === 'node_modules' || name === 'dist') return []
    if (statSync(path).isDirectory()) return sources(path)
    return /\.(ts|tsx|mts|mjs)$/.test(name) ? [path] : []
  })
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] as string)
}

test('every package is in the table', () => {
  expect(packages.filter((name) => !(name in allowed))).toEqual([])
})

test.each(packages)('%s imports only what its row allows, and only entry points', (name) => {
  const faults: string[] = []
  for (const file of sources(join(root, name))) {
    for (const specifier of importsOf(file)) {
      const where = `${relative(root, file)} imports ${specifier}`
      if (specifier.startsWith('@city-brain/')) {
        const [, target, ...inner] = specifier.split('/')
        if (inner.length > 0) faults.push(`${where}: not an entry point`)
        if (!allowed[name]?.includes(target as string)) faults.push(`${where}: not allowed`)
      } else if (specifier.startsWith('.')) {
        const target = resolve(file, '..', specifier)
        if (!target.startsWith(join(root, name) + sep)) faults.push(`${where}: leaves its package`)
      }
    }
  }
  expect(faults).toEqual([])
})

test.each(packages)('%s has no cycle of imports', (name) => {
  const files = sources(join(root, name))
  const edges = new Map(
    files.map((file) => [
      file,
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolve(file, '..', specifier))
    ])
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].map((step) => relative(root, step)).join(' → '))
      return
    }
    if (done.has(file)) return
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(cycles).toEqual([])
})

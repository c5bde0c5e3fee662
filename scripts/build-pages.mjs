import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { root, run } from './pnpm.mjs'

const pages = join(root, 'packages/ops-map')
const dist = join(pages, 'dist')
const stamp = join(dist, '.built')

/** Builds the map's pages where their sources have changed since they were last built. */
export async function buildPages() {
  const hash = hashSources()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  console.log('Building the map …')
  rmSync(stamp, { force: true })
  const vite = join(createRequire(join(pages, 'package.json')).resolve('vite/package.json'), '../bin/vite.js')
  const code = await run(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: pages,
    // Whoever calls, a test runner for instance, may have another one set, and Vite would build for that.
    env: { ...process.env, NODE_ENV: 'production' }
  })
  if (code !== 0) {
    console.error('Building the map failed.')
    process.exit(code)
  }
  compress(dist)
  writeFileSync(stamp, hash)
}

/** Everything that the build reads: the pages, the model whose types and values they use, and the versions of what is installed. */
function hashSources() {
  const hash = createHash('sha256')
  const files = [
    ...filesBelow(pages).filter((file) => !file.startsWith(dist)),
    ...filesBelow(join(root, 'packages/model')),
    join(root, 'pnpm-lock.yaml')
  ]
  for (const file of files.filter((name) => !/\.test\.tsx?$/.test(name)).sort()) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

/** Compressed once here, so that the server only has to hand the files out. Fonts and pictures are compressed already. */
function compress(folder) {
  for (const file of filesBelow(folder)) {
    if (!/\.(js|mjs|css|html|json|geojson|svg|txt|webmanifest)$/.test(file)) continue
    const bytes = readFileSync(file)
    if (bytes.length < 1024) continue
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
  }
}

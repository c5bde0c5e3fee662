import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildPages } from './build-pages.mjs'
import { install } from './install.mjs'
import { root } from './pnpm.mjs'

/**
 * `npm start`: installs and builds what has changed, then runs the city until it is told to stop. The city is a process
 * group of its own, so that Ctrl-C reaches it once, through here; and it holds the other end of a pipe from here, so that
 * it ends cleanly when this process is gone, however that came about.
 */
const args = process.argv.slice(2)
await install()
if (!args.includes('--help') && !args.includes('-h')) await buildPages()

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const city = spawn(process.execPath, ['--import', tsx, join(root, 'packages/server/src/main.ts'), ...args], {
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  // glibc keeps a heap for each of a dozen threads, most of it free: two are enough, and 60 MB less at full load.
  env: { MALLOC_ARENA_MAX: '2', ...process.env, CITY_BRAIN_PARENT_PIPE: '3' },
  detached: true
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => city.kill(signal))
city.on('error', (error) => {
  console.error(`The city could not be started: ${error.message}`)
  process.exit(1)
})
city.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))

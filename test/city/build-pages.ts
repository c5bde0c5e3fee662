import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

/** Builds the map's pages where their sources have changed, as `npm start` does. */
export async function buildPages(): Promise<void> {
  const module = resolve(import.meta.dirname, '../../scripts/build-pages.mjs')
  await promisify(execFile)(process.execPath, ['-e', `import(${JSON.stringify(module)}).then((m) => m.buildPages())`])
}

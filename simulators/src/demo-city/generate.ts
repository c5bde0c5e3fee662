import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildDemoCity } from './build-demo-city.ts'

/** `node --import tsx simulators/src/demo-city/generate.ts --seed 7 --out cities/demo` writes the demo city's files; rules are not among them. */
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '7' }, out: { type: 'string', default: 'cities/demo' } }
})
const seed = Number(values.seed)
if (!Number.isInteger(seed)) {
  console.error(`--seed must be a whole number, not "${values.seed}"`)
  process.exit(1)
}
const files = buildDemoCity(seed)
// Intersections of an earlier plan must not stay behind.
const signals = join(values.out, 'signals')
mkdirSync(signals, { recursive: true })
for (const name of readdirSync(signals)) if (!files.has(`signals/${name}`)) rmSync(join(signals, name))
let bytes = 0
for (const [path, text] of files) {
  const file = join(values.out, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  bytes += Buffer.byteLength(text)
}
console.log(`${files.size} files, ${(bytes / 1e6).toFixed(2)} MB in ${values.out}`)

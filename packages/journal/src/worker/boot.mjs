// A worker thread does not inherit the loader that lets Node run TypeScript sources, so it brings its own.
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')

// A worker thread does not inherit the loader of TypeScript: it registers it itself.
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')

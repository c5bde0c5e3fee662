import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** While one works on the pages, a running city answers for the API. */
const proxy = { '/api': { target: process.env.CITY_BRAIN_URL ?? 'http://127.0.0.1:8080', ws: true } }

/** Two pages from one build: the console at `/` and the residents' page at `/parking`. */
export default defineConfig({
  plugins: [react()],
  // MapLibre 6 loads its worker as a module; with the default format the production map stays silently blank.
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // The pages' policy allows fonts from here only, not inside a style.
    assetsInlineLimit: (path) => (/\.woff2?$/.test(path) ? false : undefined),
    chunkSizeWarningLimit: 1_500,
    rollupOptions: {
      input: {
        console: resolve(import.meta.dirname, 'index.html'),
        parking: resolve(import.meta.dirname, 'parking.html')
      }
    }
  },
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy }
})

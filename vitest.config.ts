import { defineConfig } from 'vitest/config'

/** unit: beside their files. stories: across packages, with real programs, one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'simulators/src/**/*.test.ts'],
          testTimeout: 30_000
        }
      },
      {
        test: {
          name: 'stories',
          include: ['test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false
        }
      }
    ]
  }
})

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The core's tests alone, quick and the same each time, since they are run once for every change. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@keepstream\/core$/, replacement: source('../../packages/core/src/index.ts') },
      {
        find: /^@keepstream\/core\/(react-native|smooth|tabs|testing)$/,
        replacement: source('../../packages/core/src/$1/index.ts'),
      },
    ],
  },
  test: {
    environment: 'node',
    // They share nothing but what they import, and importing it anew for each file takes most of the time.
    isolate: false,
    root: source('../..'),
    include: ['packages/core/tests/**/*.test.ts'],
    // What stands on the core, or beside it, is not what is changed here.
    exclude: ['**/{tabs,smooth,testing,diagnose,fake,react-native,types,lessons}*.test.ts'],
    env: { RUNS_FACTOR: '0.1', SEED: '1' },
  },
})

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Only the core's tests, fast and deterministic, since they run once for every change. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@keepstream\/core$/, replacement: source('../../packages/core/src/index.ts') },
      {
        find: /^@keepstream\/core\/(blocks|dialects|fold|marks|react-native|smooth|tabs|testing)$/,
        replacement: source('../../packages/core/src/$1/index.ts'),
      },
    ],
  },
  test: {
    environment: 'node',
    // The test files share only their imports, and importing again for each file takes most of the time.
    isolate: false,
    root: source('../..'),
    include: ['packages/core/tests/**/*.test.ts'],
    // These test code that is not changed here.
    exclude: [
      '**/{blocks,dialects,fold,marks}/*.test.ts',
      '**/{tabs,smooth,testing,diagnose,fake,react-native,types,regressions}*.test.ts',
    ],
    env: { RUNS_FACTOR: '0.1', SEED: '1' },
  },
})

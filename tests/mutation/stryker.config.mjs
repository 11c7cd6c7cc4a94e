/**
 * `npm run test:mutation`: changes the code of the merge rule, of the session's states and of its retries in every small
 * way the tool knows, and runs the core's tests against each change. One that no test notices is a survivor: either a
 * test is missing, or the change makes no difference, and then packages/core/SPEC.md says why.
 */
export default {
  mutate: ['merge/merge', 'merge/session-state', 'session/backoff', 'sources/http/request'].map(
    (name) => `packages/core/src/${name}.ts`,
  ),
  testRunner: 'vitest',
  vitest: { configFile: 'tests/mutation/vitest.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  ignorePatterns: ['**/dist', '**/.turbo', '**/.output', 'playground', 'other-majors', 'docs'],
  concurrency: 2,
  // A change that only makes a busy machine slow is no change that was noticed.
  timeoutMS: 30_000,
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: 'tests/.output/mutation.json' },
  htmlReporter: { fileName: 'tests/.output/mutation.html' },
  tempDirName: 'tests/.output/stryker',
  thresholds: { high: 100, low: 95, break: 95 },
}

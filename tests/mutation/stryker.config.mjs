/**
 * `npm run test:mutation`: applies every small change that the tool knows to the merge rule, the session's states, its
 * retries and the readers of the wire, and runs the core's tests against each change. A change that passes all tests is
 * a survivor: either a test is missing, or the change makes no difference. packages/core/SPEC.md explains the latter.
 */
export default {
  mutate: [
    ...['merge/merge', 'merge/reduce', 'merge/next-part', 'backoff'],
    ...['request', 'parse-framed', 'read-framed', 'read-events', 'decode-report'].map((name) => `sources/http/${name}`),
  ].map((name) => `packages/core/src/${name}.ts`),
  testRunner: 'vitest',
  vitest: { configFile: 'tests/mutation/vitest.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  ignorePatterns: ['**/dist', '**/.turbo', '**/.output', 'playground', 'other-majors', 'docs'],
  concurrency: 2,
  // A long timeout, so that a busy machine is not mistaken for a detected change.
  timeoutMS: 30_000,
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: 'tests/.output/mutation.json' },
  htmlReporter: { fileName: 'tests/.output/mutation.html' },
  tempDirName: 'tests/.output/stryker',
  thresholds: { high: 100, low: 95, break: 95 },
}

/** How many of the slowest tests are listed. */
const slowestCount = 20

/**
 * The end of a run: the slowest tests, a table of the steps, what was skipped and why, and the count as the last line.
 *
 * @param {readonly import('./types').StepResult[]} results
 * @param {{ isStrict: boolean, durationMs: number }} run `isStrict` where nothing may be skipped
 * @returns {{ text: string, isPassed: boolean }}
 */
export function summarize(results, { isStrict, durationMs }) {
  const totals = { passed: 0, failed: 0, skipped: 0 }
  for (const { outcome } of results) {
    totals.passed += outcome.passed
    totals.failed += outcome.failed
    totals.skipped += outcome.skipped
  }
  const skips = results.flatMap(({ outcome }) => outcome.skips)
  const unwanted = isStrict ? skips.length : 0
  totals.failed += unwanted

  const width = Math.max(...results.map(({ step }) => step.name.length))
  const rows = results.map(({ step, outcome, durationMs }) => {
    const word = outcome.failed > 0 ? 'failed' : outcome.skips.length > 0 ? 'skips ' : 'passed'
    return `  ${step.name.padEnd(width)}  ${word}  ${seconds(durationMs).padStart(8)}  ${outcome.note ?? ''}`.trimEnd()
  })
  const reasons = skips.map(({ suite, reason, cure }) => `skipped: ${suite} (${reason}). Cure: ${cure}.`)
  if (unwanted > 0) reasons.push('CI is set, so each skipped suite counts as a failure.')
  const count = [`${totals.passed} passed`, `${totals.failed} failed`]
  if (totals.skipped > 0) count.push(`${totals.skipped} skipped`)
  const lines = [...slowest(results), '', ...rows, '', `${seconds(durationMs)} in all`, ...reasons, count.join(', ')]
  return { text: lines.join('\n'), isPassed: totals.failed === 0 }
}

/** @param {readonly import('./types').StepResult[]} results */
function slowest(results) {
  const timings = results.flatMap(({ outcome }) => outcome.timings ?? [])
  if (timings.length <= slowestCount) return []
  const sorted = [...timings].sort((a, b) => b.durationMs - a.durationMs).slice(0, slowestCount)
  const rows = sorted.map(({ test, durationMs }) => `  ${seconds(durationMs).padStart(8)}  ${test}`)
  return ['', `the slowest ${slowestCount} tests:`, ...rows]
}

/** @param {number} durationMs */
export function seconds(durationMs) {
  return `${(durationMs / 1000).toFixed(1)} s`
}

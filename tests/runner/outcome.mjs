/**
 * The outcome of a gate: one test.
 *
 * @param {boolean} isPassed
 * @param {{ note?: string, output?: string }} [facts]
 * @returns {import('./types').Outcome}
 */
export function gateOutcome(isPassed, facts = {}) {
  return { passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1, skipped: 0, skips: [], ...facts }
}

/**
 * The outcome of a gate that is a list of findings, passed if there are none.
 *
 * @param {readonly string[]} findings
 * @param {string} [note]
 */
export function findingsOutcome(findings, note) {
  return gateOutcome(findings.length === 0, { ...(note && { note }), output: findings.join('\n') })
}

/**
 * The outcome of a gate that is one command.
 *
 * @param {{ code: number, output: string }} result
 */
export function commandOutcome(result) {
  return gateOutcome(result.code === 0, { output: result.output })
}

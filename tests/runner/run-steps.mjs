/**
 * Runs steps, `lanes` of them at the same time, or two that mostly wait in the place of one. A step starts as soon as what it needs is there, in the order
 * of `steps` otherwise. A step whose build failed does not run and counts as failed.
 *
 * @param {readonly import('./types').Step[]} steps
 * @param {{
 *   lanes: number,
 *   cores: number,
 *   programs: Promise<import('./types').Programs>,
 *   isLive: boolean,
 *   onStart(step: import('./types').Step): void,
 *   onEnd(result: import('./types').StepResult): void,
 * }} options `programs` may still be in progress: steps that need none of them start before it settles
 * @returns {Promise<import('./types').StepResult[]>} in the order of `steps`
 */
export async function runSteps(steps, { lanes, cores, programs, isLive, onStart, onEnd }) {
  const waiting = new Set(steps)
  /** @type {Map<import('./types').Step, import('./types').StepResult>} */
  const results = new Map()
  /** @type {import('./types').Programs | undefined} */
  let found
  let used = 0
  const build = steps.find(({ name }) => name === 'build')

  return new Promise((resolve) => {
    void programs.then((all) => {
      found = all
      startSteps()
    })
    startSteps()

    function startSteps() {
      for (const step of waiting) {
        if (!isReady(step)) continue
        waiting.delete(step)
        used += shareOf(step)
        void start(step)
      }
    }

    /** @param {import('./types').Step} step */
    function isReady(step) {
      if (used + shareOf(step) > lanes) return false
      if (step.needs.length > 0 && !found) return false
      return !step.needsBuild || !build || results.has(build)
    }

    /** @param {import('./types').Step} step */
    async function start(step) {
      const startedAt = performance.now()
      const isUnbuilt = step.needsBuild && build && (results.get(build)?.outcome.failed ?? 0) > 0
      if (!isUnbuilt) onStart(step)
      const outcome = isUnbuilt
        ? failedOutcome('It did not run, because the build failed.')
        : await step
            .run({ programs: found ?? { env: {}, missing: {} }, cores: Math.max(1, Math.floor(cores / lanes)), isLive })
            .catch(brokenOutcome)
      used -= shareOf(step)
      const result = { step, outcome, durationMs: performance.now() - startedAt }
      results.set(step, result)
      onEnd(result)
      if (results.size === steps.length) {
        resolve(steps.flatMap((each) => results.get(each) ?? []))
      } else startSteps()
    }
  })
}

/** The part of a lane that a step takes. @param {import('./types').Step} step */
function shareOf({ mostlyWaits }) {
  return mostlyWaits ? 0.5 : 1
}

/** @param {unknown} error */
function brokenOutcome(error) {
  return failedOutcome(error instanceof Error ? (error.stack ?? error.message) : String(error))
}

/** @param {string} output @returns {import('./types').Outcome} */
function failedOutcome(output) {
  return { passed: 0, failed: 1, skipped: 0, skips: [], output }
}

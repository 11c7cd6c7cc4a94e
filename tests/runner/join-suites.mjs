import { runVitest } from './run-vitest.mjs'

/**
 * Replaces suites that may share one Vitest by one step: it starts once, and reads the sources once. Its result counts the
 * tests of each suite.
 *
 * @param {readonly import('./types').Step[]} steps
 * @returns {import('./types').Step[]}
 */
export function joinSuites(steps) {
  return steps.flatMap((step) => {
    const environment = step.suite?.environment
    if (environment === undefined) return [step]
    const joined = steps.filter(({ suite }) => suite?.environment === environment)
    if (joined.length === 1) return [step]
    return joined[0] === step ? [joinedStep(joined)] : []
  })
}

/** @param {readonly import('./types').Step[]} steps @returns {import('./types').Step} */
function joinedStep(steps) {
  const name = steps.map(({ name }) => name).join('+')
  return {
    ...{ name, group: 'unit', title: 'these packages, in one Vitest', needsBuild: false, needs: [] },
    run: ({ programs, cores, isLive }) =>
      runVitest({
        name,
        projects: steps.flatMap(({ suite }) => suite?.projects ?? []),
        folders: steps.flatMap(({ suite }) => suite?.folders ?? []),
        env: programs.env,
        workers: cores,
        isLive,
        parts: steps.map(({ name, suite }) => ({ name, folders: suite?.folders ?? [] })),
      }),
  }
}

import { runVitest } from './run-vitest.mjs'

/**
 * Replaces suites that need no build and no program by one step, which runs them all in one Vitest: it starts once, and reads
 * the sources once. Its result counts the tests of each of them.
 *
 * @param {readonly import('./types').Step[]} steps
 * @returns {import('./types').Step[]}
 */
export function joinSuites(steps) {
  const joined = steps.filter(({ suite, needsBuild, needs }) => suite && !needsBuild && needs.length === 0)
  const [first] = joined
  if (!first || joined.length === 1) return [...steps]
  const names = joined.map(({ name }) => name).join(', ')
  /** @type {import('./types').Step} */
  const unit = {
    ...{ name: 'unit', group: 'unit', title: `the packages (${names})`, needsBuild: false, needs: [] },
    run: ({ programs, cores, isLive }) =>
      runVitest({
        name: 'unit',
        projects: joined.flatMap(({ suite }) => suite?.projects ?? []),
        folders: joined.flatMap(({ suite }) => suite?.folders ?? []),
        env: programs.env,
        workers: cores,
        isLive,
        parts: joined.map(({ name, suite }) => ({ name, folders: suite?.folders ?? [] })),
      }),
  }
  return steps.flatMap((step) => (step === first ? [unit] : joined.includes(step) ? [] : [step]))
}

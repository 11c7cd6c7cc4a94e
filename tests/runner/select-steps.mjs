/**
 * The steps that a command line asks for, in the order of `steps`. A step that needs `dist` brings the build with it.
 *
 * @param {readonly import('./types').Step[]} steps
 * @param {readonly string[]} words names of steps or groups; none means all
 * @returns {import('./types').Step[]}
 */
export function selectSteps(steps, words) {
  if (words.length === 0) return [...steps]
  const known = new Set(steps.flatMap(({ name, group }) => [name, group]))
  const unknown = words.find((word) => !known.has(word))
  if (unknown !== undefined) {
    throw new Error(`npm test: there is no part "${unknown}". Choose from ${[...known].join(', ')}.`)
  }
  const chosen = steps.filter(({ name, group }) => words.includes(name) || words.includes(group))
  const needsBuild = chosen.some((step) => step.needsBuild)
  return steps.filter((step) => chosen.includes(step) || (needsBuild && step.name === 'build'))
}

/** @param {readonly import('./types').Step[]} steps */
export function usage(steps) {
  const width = Math.max(...steps.map(({ name }) => name.length))
  const groups = [...new Set(steps.map(({ group }) => group))]
  return [
    'npm test                 everything, several parts at a time:',
    '',
    ...steps.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`),
    '',
    `npm test -- NAME …       these parts alone; ${groups.join(', ')} are groups of them`,
    'npm test -- --help       this text',
    '',
    'CI=true counts a skipped suite as a failure. CHROMIUM_PATH and REDIS_SERVER_PATH name the programs to use,',
    'POSTGRES_BIN and MARIADB_BIN the folders of these servers. TEST_LANES=1 runs one part after another.',
  ].join('\n')
}

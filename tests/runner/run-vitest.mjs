import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { root, runCommand } from './run-command.mjs'

/**
 * Runs Vitest projects and counts the results. A folder in which no test ran is a failure: a suite that has lost its tests
 * must not look like one that passed.
 *
 * @param {{
 *   name: string,
 *   projects: readonly string[],
 *   folders: readonly string[],
 *   env: Record<string, string>,
 *   skip?: Omit<import('./types').Skip, 'suite'>,
 *   workspace?: string,
 *   workers: number,
 *   isLive: boolean,
 *   parts?: readonly { name: string, folders: readonly string[] }[],
 * }} request `folders` are those in which tests must run; `workspace` is the package
 *   that all of them belong to, whose result turbo keeps for local runs; `workers` is how many test
 *   files run at the same time; `skip` says why tests that skip themselves do so; `parts` are counted one by one.
 * @returns {Promise<import('./types').Outcome>}
 */
export async function runVitest({ name, projects, folders, env, skip, workspace, workers, isLive, parts = [] }) {
  // A package keeps its report beside its files, where turbo restores it if nothing has changed.
  const reportPath = join(root, workspace ?? 'tests', '.output', `${name}.json`)
  await mkdir(dirname(reportPath), { recursive: true })
  await rm(reportPath, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`]
  const isCached = workspace !== undefined && !process.env['CI']
  const args = isCached
    ? ['run', 'test', `--filter=./${workspace}`, '--ui=stream', '--', ...reporters]
    : [
        'run',
        ...projects.flatMap((project) => ['--project', project]),
        ...(projects.length === 1 ? folders : []),
        ...reporters,
      ]
  const options = { env: { ...env, VITEST_MAX_WORKERS: String(workers) }, isLive }
  const { code, output } = await runCommand(isCached ? 'turbo' : 'vitest', args, options)

  const report = await readReport(reportPath)
  const shown = isLive ? '' : output
  if (!report) return failed(`${shown}\nVitest wrote no report.`)
  const counts = { passed: 0, failed: 0, skipped: 0 }
  /** @type {Map<string | undefined, number>} */
  const ran = new Map()
  const skippedFiles = new Set()
  const timings = []
  for (const file of report.testResults) {
    const path = relative(root, file.name)
    for (const { status, fullName, duration } of file.assertionResults) {
      if (status === 'passed') counts.passed += 1
      else if (status === 'failed') counts.failed += 1
      else {
        counts.skipped += 1
        skippedFiles.add(path)
      }
      const folder = folders.find((folder) => path.startsWith(folder))
      ran.set(folder, (ran.get(folder) ?? 0) + 1)
      timings.push({ test: `${path}: ${fullName}`, durationMs: duration ?? 0 })
    }
    const hasFailure = file.assertionResults.some(({ status }) => status === 'failed')
    if (file.status === 'failed' && !hasFailure) counts.failed += 1
  }
  const empty = folders.filter((folder) => !ran.has(folder))
  counts.failed += empty.length
  // An error outside of any test, such as a rejection nobody handled, is in the exit code alone.
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  const countIn = (/** @type {readonly string[]} */ folders) =>
    folders.reduce((sum, folder) => sum + (ran.get(folder) ?? 0), 0)
  const byPart = parts.map(({ name, folders }) => `${name} ${countIn(folders)}`).join(', ')
  return {
    ...counts,
    skips: [...skippedFiles].map((suite) => ({ suite, ...(skip ?? unexplained) })),
    note: `${counts.passed + counts.failed} tests${byPart && `: ${byPart}`}${isCached && output.includes('cache hit') ? ', unchanged' : ''}`,
    output: [shown, ...empty.map((folder) => `no test ran in ${folder}`)].join('\n'),
    timings,
  }
}

const unexplained = { reason: 'the suite skips itself', cure: 'see its first lines for what it needs' }

/** @param {string} output @returns {import('./types').Outcome} */
function failed(output) {
  return { passed: 0, failed: 1, skipped: 0, skips: [], output }
}

/**
 * @typedef {{ name: string, status: string, assertionResults: AssertionReport[] }} FileReport
 * @typedef {{ status: string, fullName: string, duration?: number | null }} AssertionReport
 * @param {string} path
 * @returns {Promise<{ testResults: FileReport[] } | undefined>}
 */
async function readReport(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    // Vitest ended before it could write one; its output says why.
    return undefined
  }
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProgramName, Programs } from '../runner/types'
import { profileFolder } from './harness/start-process'
import { describeMachine, describeVersions } from './report/machine'
import { renderPlot } from './report/plot.mjs'
import type { Report, RowResult } from './report/report'
import { judge } from './report/results'
import { renderTable, replaceTable } from './report/table.mjs'
import type { Measured, Row, RunContext } from './row'
import { rows } from './rows'

export interface BenchTools {
  /** The top of the repository. */
  readonly root: string
  ensurePrograms(names: readonly ProgramName[]): Promise<Programs>
}

/** Runs rows and writes what they measured. Returns the exit code: 0, 1 if a row failed, 2 for a mistake in the call. */
export async function runBench(words: readonly string[], tools: BenchTools): Promise<number> {
  if (words.includes('--help') || words.includes('-h') || words.includes('--list')) {
    console.log(words.includes('--list') ? listRows() : usage())
    return 0
  }
  const mistake = findMistake(words)
  if (mistake) return refuse(mistake)
  const names = words.filter((word) => !word.startsWith('--'))
  const chosen = names.length === 0 ? rows : rows.filter(({ name }) => names.includes(name))
  const { env, missing } = await tools.ensurePrograms([...new Set(chosen.flatMap(({ needs }) => needs ?? []))])
  const lacks = Object.values(missing).map(({ reason, cure }) => `${reason}: ${cure}`)
  if (lacks.length > 0) return refuse([...lacks, 'Or name the rows to run: see npm run bench -- --list'].join('\n'))
  Object.assign(process.env, env)

  if (words.includes('--profile'))
    process.env[profileFolder] = join(tools.root, 'tests', '.output', 'bench', 'profiles')
  const isQuick = words.includes('--quick')
  const results: RowResult[] = []
  for (const row of chosen) results.push(await runRow(row, isQuick, tools.root))
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    isQuick,
    machine: describeMachine(),
    versions: await describeVersions(tools.root),
    rows: results,
  }
  write(report, tools.root, words.includes('--save'))
  console.log(renderTable(report))
  const failed = results.filter(({ failure }) => failure !== undefined)
  for (const { name, failure } of failed) console.error(`${name} failed: ${failure}`)
  return failed.length === 0 ? 0 : 1
}

/** What the row that runs has deferred. The last comes first. */
let releases: (() => unknown)[] = []

/** Ends the servers of the row that runs and removes their folders. For a run that is interrupted. */
export async function releaseRow(): Promise<void> {
  const all = releases
  releases = []
  for (const release of all) await release()
}

/** Runs one row. A row that throws does not stop the others. */
async function runRow(row: Row, isQuick: boolean, root: string): Promise<RowResult> {
  const context: RunContext = {
    root,
    isQuick,
    pick: (full, quick) => (isQuick ? quick : full),
    progress: (text) => progress(`${row.name}: ${text}`),
    defer: (release) => void releases.unshift(release),
  }
  const beganAt = performance.now()
  progress(`${row.name} …`)
  let measured: Measured = {}
  let failure: string | undefined
  try {
    measured = await row.run(context)
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  await releaseRow()
  progress(`${row.name}: ${((performance.now() - beganAt) / 1_000).toFixed(1)} s`)
  return judge(row, measured, failure)
}

/** Writes the results to `tests/.output/bench`, and with `--save` to the documentation as well. */
function write(report: Report, root: string, isSaved: boolean): void {
  const output = join(root, 'tests', '.output', 'bench')
  const json = `${joinNumbers(JSON.stringify(report, undefined, 2))}\n`
  const files: [string, string][] = [
    [join(output, 'performance.json'), json],
    [join(output, 'performance.md'), `${renderTable(report)}\n`],
    [join(output, 'performance.svg'), renderPlot(report)],
  ]
  if (isSaved) {
    files.push([join(root, 'docs', 'performance.json'), json])
    files.push([join(root, 'docs', 'pictures', 'performance.svg'), renderPlot(report)])
    const page = join(root, 'docs', 'performance.md')
    files.push([page, replaceTable(page, report)])
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

/** Puts each list of numbers on one line. */
function joinNumbers(json: string): string {
  return json.replace(/\[[\d.,\s-]+\]/g, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))
}

function findMistake(words: readonly string[]): string | undefined {
  const options = ['--quick', '--save', '--profile']
  const unknown = words.find((word) => !options.includes(word) && !rows.some(({ name }) => name === word))
  if (unknown !== undefined) return `there is no row or option "${unknown}". See npm run bench -- --list`
  // The page has one date and one machine for all rows.
  if (words.includes('--save') && words.length > 1) return '--save needs a whole run: no other option, and no row'
  return undefined
}

function refuse(reason: string): number {
  console.error(`npm run bench: ${reason}`)
  return 2
}

function listRows(): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  return rows.map(({ name, measures }) => `${name.padEnd(width)}  ${measures}`).join('\n')
}

function usage(): string {
  return [
    'npm run bench                 all rows, in less than ten minutes',
    'npm run bench -- NAME …       these rows alone',
    'npm run bench -- --list       the rows',
    'npm run bench -- --quick      shows that the rows work; its figures mean nothing',
    'npm run bench -- --profile    writes a CPU profile of each process to tests/.output/bench/profiles',
    'npm run bench -- --save       all rows, and writes docs/performance.json, the table and the plot',
    '',
    'REDIS_SERVER_PATH names the program of Redis, and POSTGRES_BIN the folder of those of Postgres.',
  ].join('\n')
}

function progress(text: string): void {
  console.error(`bench: ${text}`)
}

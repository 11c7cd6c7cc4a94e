import { ensureNode, nodeMajors } from './runner/nodes.mjs'
import { ensurePrograms } from './runner/programs.mjs'
import { runCommand } from './runner/run-command.mjs'

/**
 * `npm run test:long`: the random tests with many more runs than in the test command (RUNS_FACTOR overrides how many), all of
 * what the test command runs in part, and the test command under other versions of Node. A failure prints the seed that
 * repeats it.
 * `npm run test:long -- core histories node-22` runs some of these parts alone.
 */
const randomParts = [
  {
    name: 'core',
    projects: ['core'],
    what: 'the random tests of the core',
    files: ['property', 'session-model', 'connection-slots'],
    factor: '300',
  },
  {
    name: 'ai-sdk',
    projects: ['ai-sdk'],
    what: 'random answers, folded as the AI SDK folds them',
    files: ['parts'],
    factor: '100',
  },
  { name: 'server', projects: ['server'], what: 'the random tests of stores', files: ['stores'], factor: '10' },
  { name: 'histories', projects: ['histories'], what: 'the random histories of servers', files: [], factor: '100' },
  {
    name: 'processes',
    projects: ['processes'],
    what: 'server processes that are killed and frozen at random',
    files: [],
    factor: '15',
  },
  {
    name: 'e2e',
    projects: ['e2e'],
    what: 'the playground in every framework, many cuts, and useChat over resumable-stream',
    files: [],
    factor: '2',
  },
  {
    name: 'contract',
    projects: ['*-chromium', 'react-18', 'svelte-4'],
    what: 'the whole contract in Chromium, with React 18 and with Svelte 4',
    files: [],
    factor: '3',
  },
  { name: 'ssr', projects: ['ssr'], what: 'hydration in all its cases', files: [], factor: '2' },
  {
    name: 'gates',
    projects: ['runner'],
    what: 'the gates on every kind of fault',
    files: ['tests/gates'],
    factor: '2',
  },
]

/** What may differ from one Node to another: its SQLite, its globals, its sockets and its streams. */
const nodeSteps = ['unit', 'docs', 'faults', 'histories', 'processes', 'runtimes', 'ssr', 'e2e']

/** @type {{ name: string, what: string, run(): Promise<boolean> }[]} */
const parts = [
  ...randomParts.map(({ name, projects, what, files, factor }) => {
    const runs = process.env['RUNS_FACTOR'] ?? factor
    return {
      name,
      what: `${what}, RUNS_FACTOR=${runs}`,
      async run() {
        const args = ['run', ...projects.flatMap((project) => ['--project', project]), ...files, '--reporter=verbose']
        const { code } = await runCommand('vitest', args, {
          env: { ...programs.env, RUNS_FACTOR: runs, SCENARIOS: 'all' },
          isLive: true,
        })
        return code === 0
      },
    }
  }),
  ...nodeMajors.map((major) => ({
    name: `node-${major}`,
    what: `the test command under Node ${major}`,
    async run() {
      const node = await ensureNode(major)
      if ('reason' in node) {
        console.log(`skipped: Node ${major} (${node.reason})`)
        return true
      }
      const args = ['tests/run.mjs', ...nodeSteps]
      const { code } = await runCommand(node.path, args, { env: node.env, isLive: true, isSystem: true })
      return code === 0
    },
  })),
]

const words = process.argv.slice(2)
const unknown = words.find((word) => !parts.some(({ name }) => name === word))
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}". Choose from ${parts.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

const started = performance.now()
const programs = await ensurePrograms(['chromium', 'redis', 'postgres', 'mariadb'])
// Some parts run what is built.
let isPassed = (await runCommand('turbo', ['run', 'build', '--output-logs=errors-only'], { isLive: true })).code === 0
for (const { what, run } of parts.filter(({ name }) => words.length === 0 || words.includes(name))) {
  console.log(`${what} …`)
  isPassed = (await run()) && isPassed
}
console.log(`${Math.round((performance.now() - started) / 1000)} s in all, ${isPassed ? 'no violation' : 'FAILED'}`)
process.exitCode = isPassed ? 0 : 1

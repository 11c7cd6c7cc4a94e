import { checkApi } from '../gates/api.mjs'
import { checkBorders } from '../gates/borders.mjs'
import { checkDeadCode } from '../gates/dead-code.mjs'
import { checkLint } from '../gates/lint.mjs'
import { checkLock } from '../gates/lock.mjs'
import { checkPackaging } from '../gates/packaging.mjs'
import { checkReadme } from '../gates/readme.mjs'
import { checkSizes } from '../gates/sizes.mjs'
import { checkTestFiles } from '../gates/test-files.mjs'
import { checkTypes } from '../gates/types.mjs'
import { checkWords } from '../gates/words.mjs'
import { commandOutcome } from './outcome.mjs'
import { runCommand } from './run-command.mjs'
import { runVitest } from './run-vitest.mjs'
import { ensureRuntimes } from './runtimes.mjs'

/** In the order in which they start: what takes long comes first, so that the end is short. */
/** @type {readonly import('./types').Step[]} */
export const steps = [
  gate('build', 'all packages and the playground', build),
  suite('e2e', 'end to end, with the playground in Chromium', {
    workers: 2,
    group: 'system',
    folders: ['tests/e2e/'],
    needsBuild: true,
    needs: ['chromium'],
  }),
  suite('server', 'the server package', { environment: 'node', folders: ['packages/server/'] }),
  suite('core', 'the core package', { environment: 'node', folders: ['packages/core/'] }),
  suite('processes', 'server processes on each store, killed and frozen', {
    group: 'system',
    folders: ['tests/processes/'],
    needsBuild: true,
    needs: ['postgres', 'redis'],
  }),
  suite('ssr', 'server rendering, and hydration in Chromium', {
    mostlyWaits: true,
    group: 'system',
    folders: ['tests/bindings/ssr/', 'tests/hydration/'],
    needsBuild: true,
    needs: ['chromium'],
  }),
  gate('types', 'type check of every workspace, and of the examples for Vue and Svelte', checkTypes, {
    needsBuild: true,
  }),
  suite('contract', 'the contract of all bindings in Chromium', {
    group: 'system',
    projects: ['react-chromium', 'vue-chromium', 'svelte-chromium', 'solid-chromium'],
    folders: ['tests/environments/', ...['react', 'vue', 'svelte', 'solid'].map((name) => `tests/bindings/${name}/`)],
    needs: ['chromium'],
  }),
  suite('postgres', 'the Postgres store on a real server', {
    mostlyWaits: true,
    workers: 2,
    group: 'system',
    folders: ['tests/stores/postgres/'],
    needs: ['postgres'],
  }),
  suite('convex', 'the hooks for Convex, with the real component', {
    mostlyWaits: true,
    folders: ['packages/convex/'],
  }),
  suite('mariadb', 'a store that is written with the store kit, on a real MariaDB server', {
    mostlyWaits: true,
    group: 'system',
    folders: ['tests/stores/mariadb/'],
    needs: ['mariadb'],
  }),
  suite('redis', 'the Redis store on real servers', {
    workers: 2,
    group: 'system',
    folders: ['tests/stores/redis/'],
    needs: ['redis'],
  }),
  suite('faults', 'cut connections and killed servers, over real sockets', {
    mostlyWaits: true,
    workers: 2,
    group: 'system',
    projects: ['e2e'],
    folders: ['tests/faults/'],
    needsBuild: true,
  }),
  suite('chats', 'useChat of the AI SDK over kept streams, in Chromium', {
    mostlyWaits: true,
    group: 'system',
    projects: ['e2e'],
    folders: ['tests/chats/'],
    needsBuild: true,
    needs: ['chromium'],
  }),
  {
    name: 'runtimes',
    group: 'system',
    title: 'the server on Node, Bun, Deno and an edge runtime',
    needsBuild: true,
    needs: [],
    // It also installs them, where they are not there yet.
    mostlyWaits: true,
    suite: { projects: ['runtimes'], folders: ['tests/runtimes/'] },
    run: runtimes,
  },
  suite('histories', 'random histories of servers on each store, in one process', {
    group: 'system',
    folders: ['tests/histories/'],
    needs: ['postgres', 'redis'],
  }),
  suite('react', 'the React binding, with React 19 and 18', {
    environment: 'page',
    projects: ['react', 'react-18'],
    folders: ['packages/react/', 'tests/bindings/react/', 'tests/bindings/react-18/'],
  }),
  suite('svelte', 'the Svelte binding, with Svelte 5 and 4', {
    environment: 'page',
    projects: ['svelte', 'svelte-4'],
    folders: ['packages/svelte/', 'tests/bindings/svelte/', 'tests/bindings/svelte-4/'],
  }),
  suite('vue', 'the Vue binding', { environment: 'page', folders: ['packages/vue/', 'tests/bindings/vue/'] }),
  suite('solid', 'the Solid binding', { environment: 'page', folders: ['packages/solid/', 'tests/bindings/solid/'] }),
  suite('ai-sdk', 'the adapter for the AI SDK', { environment: 'node', folders: ['packages/ai-sdk/'] }),
  suite('docs', 'the examples of the documentation, run', {
    group: 'system',
    projects: ['docs', 'docs-server'],
    folders: ['tests/docs/markdown', 'tests/docs/pages', 'tests/docs/server/'],
    needsBuild: true,
  }),
  suite('playground', 'the parts of the playground', { folders: ['playground/'], needsBuild: true }),
  suite('tools', 'the contract itself, the gates, the benchmark and this test command', {
    projects: ['contract', 'runner'],
    folders: ['tests/bindings/contract', 'tests/runner/', 'tests/gates/', 'tests/bench/'],
    needsBuild: true,
  }),
  gate('packaging', 'what npm would publish', checkPackaging, { needsBuild: true }),
  gate('readme', 'the other examples of all pages compile, and their links lead somewhere', checkReadme, {
    needsBuild: true,
  }),
  gate('sizes', 'what a page downloads, and what the README says of it', checkSizes, { needsBuild: true }),
  gate('dead-code', 'unused files, exports and dependencies', checkDeadCode),
  gate('api', 'the API reference builds from the types', checkApi),
  gate('borders', 'which folder may import which', checkBorders, { needsBuild: true }),
  gate('test-files', 'every test is run by some project, in some step', () => checkTestFiles(steps)),
  gate('words', 'the words of the glossary, and none that they replaced', checkWords),
  gate('lint', 'lint and format', checkLint),
  gate('lock', 'npm ci accepts the lock', checkLock),
]

/**
 * @param {string} name
 * @param {string} title
 * @param {() => Promise<import('./types').Outcome>} run
 * @param {{ needsBuild?: boolean }} [options]
 * @returns {import('./types').Step}
 */
function gate(name, title, run, { needsBuild = false } = {}) {
  return { name, group: 'gates', title, needsBuild, needs: [], run }
}

/**
 * @param {string} name
 * @param {string} title
 * @param {{ folders: readonly string[], projects?: readonly string[], workers?: number, environment?: 'node' | 'page' } & Partial<Omit<import('./types').Step, 'run' | 'suite'>>} options
 *   `folders` are those in which tests must run; `projects` are Vitest's, by default the one of this name; `workers` is how
 *   many test files run at the same time, by default one for each core of the step
 * @returns {import('./types').Step}
 */
function suite(name, title, { projects = [name], folders, workers, environment, mostlyWaits = false, ...options }) {
  const { group = 'unit', needsBuild = false, needs = [] } = options
  return {
    ...{ name, group, title, needsBuild, needs, mostlyWaits },
    suite: { projects, folders, ...(environment && { environment }) },
    async run({ programs, cores, isLive }) {
      const missing = needs.flatMap((need) => programs.missing[need] ?? [])
      if (missing.length > 0 && projects.some((project) => project.endsWith('-chromium'))) {
        // Vitest has no such projects without the browser.
        const skips = missing.flatMap((skip) => projects.map((suite) => ({ suite, ...skip })))
        return { passed: 0, failed: 0, skipped: skips.length, skips, note: 'nothing ran' }
      }
      const skip = {
        reason: missing.map(({ reason }) => reason).join('; '),
        cure: missing.map(({ cure }) => cure).join('; '),
      }
      const workspace = folders.find((folder) => folder.startsWith('packages/'))?.replace(/\/$/, '')
      return runVitest({
        name,
        projects,
        folders,
        env: programs.env,
        ...(workspace !== undefined && { workspace }),
        workers: workers ?? cores,
        isLive,
        ...(missing.length > 0 && { skip }),
      })
    },
  }
}

/** @param {import('./types').StepContext} context */
async function runtimes({ cores, isLive }) {
  const skip = await ensureRuntimes()
  const request = {
    name: 'runtimes',
    projects: ['runtimes'],
    folders: ['tests/runtimes/'],
    env: {},
    workers: cores,
    isLive,
  }
  return runVitest({ ...request, ...(skip && { skip }) })
}

async function build() {
  // Elsewhere a package whose inputs did not change keeps its build.
  const force = process.env['CI'] ? ['--force'] : []
  return commandOutcome(
    await runCommand('turbo', ['run', 'build', '--output-logs=errors-only', '--ui=stream', ...force]),
  )
}

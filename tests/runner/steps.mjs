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
import { ensureChromium } from './chromium.mjs'
import { commandOutcome } from './outcome.mjs'
import { ensurePostgres } from './postgres.mjs'
import { ensureRedis } from './redis.mjs'
import { runCommand } from './run-command.mjs'
import { runVitest } from './run-vitest.mjs'
import { ensureRuntimes } from './runtimes.mjs'

/** @type {readonly import('./types').Step[]} */
export const steps = [
  { name: 'build', group: 'gates', title: 'all packages and the playground', needsBuild: false, run: build },
  { name: 'lock', group: 'gates', title: 'npm ci accepts the lock', needsBuild: false, run: checkLock },
  { name: 'lint', group: 'gates', title: 'lint and format', needsBuild: false, run: checkLint },
  { name: 'types', group: 'gates', title: 'type check of every workspace', needsBuild: false, run: checkTypes },
  {
    name: 'dead-code',
    group: 'gates',
    title: 'unused files, exports and dependencies',
    needsBuild: false,
    run: checkDeadCode,
  },
  {
    name: 'test-files',
    group: 'gates',
    title: 'every test is run by some project',
    needsBuild: false,
    run: checkTestFiles,
  },
  { name: 'borders', group: 'gates', title: 'who may import whom', needsBuild: true, run: checkBorders },
  { name: 'packaging', group: 'gates', title: 'what npm would publish', needsBuild: true, run: checkPackaging },
  {
    name: 'sizes',
    group: 'gates',
    title: 'what a page downloads, and what the README says of it',
    needsBuild: true,
    run: checkSizes,
  },
  {
    name: 'readme',
    group: 'gates',
    title: 'the README’s examples compile, its links lead somewhere',
    needsBuild: true,
    run: checkReadme,
  },
  { name: 'api', group: 'gates', title: 'the API reference builds from the types', needsBuild: false, run: checkApi },
  { name: 'unit', group: 'tests', title: 'unit and property tests', needsBuild: true, run: unit },
  { name: 'postgres', group: 'tests', title: 'the Postgres store on a real server', needsBuild: false, run: postgres },
  { name: 'docs', group: 'tests', title: 'the examples of the documentation, run', needsBuild: true, run: docs },
  {
    name: 'faults',
    group: 'tests',
    title: 'cut connections and killed servers, over real sockets',
    needsBuild: true,
    run: faults,
  },
  {
    name: 'redis',
    group: 'tests',
    title: 'the store in Redis, on real servers',
    needsBuild: false,
    run: redis,
  },
  {
    name: 'histories',
    group: 'tests',
    title: 'random histories of servers on each store, in one process',
    needsBuild: false,
    run: histories,
  },
  {
    name: 'processes',
    group: 'tests',
    title: 'server processes on each store, killed and frozen',
    needsBuild: true,
    run: processes,
  },
  {
    name: 'runtimes',
    group: 'tests',
    title: 'the server on Node, Bun, Deno and an edge runtime',
    needsBuild: true,
    run: runtimes,
  },
  {
    name: 'ssr',
    group: 'tests',
    title: 'server rendering, and hydration in Chromium',
    needsBuild: true,
    run: ssr,
  },
  {
    name: 'contract',
    group: 'tests',
    title: 'the contract of all bindings again, in Chromium',
    needsBuild: false,
    run: contract,
  },
  { name: 'e2e', group: 'tests', title: 'end to end, the playground in Chromium among it', needsBuild: true, run: e2e },
]

async function build() {
  return commandOutcome(await runCommand('turbo', ['run', 'build', '--output-logs=errors-only', '--ui=stream']))
}

function unit() {
  return runVitest({
    name: 'unit',
    projects: [
      'core',
      'server',
      'ai-sdk',
      'contract',
      'react',
      'react-18',
      'vue',
      'svelte',
      'svelte-4',
      'solid',
      'convex',
      'playground',
      'runner',
    ],
    folders: [
      'packages/core/',
      'packages/server/',
      'packages/ai-sdk/',
      'packages/react/',
      'packages/vue/',
      'packages/svelte/',
      'packages/solid/',
      'packages/convex/',
      'tests/bindings/contract',
      'tests/bindings/react/',
      'tests/bindings/react-18/',
      'tests/bindings/vue/',
      'tests/bindings/svelte/',
      'tests/bindings/svelte-4/',
      'tests/bindings/solid/',
      'playground/',
      'tests/runner/',
      'tests/gates/',
    ],
  })
}

async function histories() {
  return runVitest({
    name: 'histories',
    projects: ['histories'],
    folders: ['tests/histories/'],
    ...(await databases()),
  })
}

async function processes() {
  return runVitest({
    name: 'processes',
    projects: ['processes'],
    folders: ['tests/processes/'],
    ...(await databases()),
  })
}

async function postgres() {
  const found = await ensurePostgres()
  return runVitest({
    name: 'postgres',
    projects: ['postgres'],
    folders: ['tests/stores/postgres/'],
    ...('path' in found ? { env: { POSTGRES_BIN: found.path } } : { skip: found }),
  })
}

function docs() {
  const folders = ['tests/docs/pages', 'tests/docs/server/']
  return runVitest({ name: 'docs', projects: ['docs', 'docs-server'], folders })
}

function faults() {
  return runVitest({ name: 'faults', projects: ['e2e'], folders: ['tests/faults/'] })
}

async function redis() {
  const found = await ensureRedis()
  return runVitest({
    name: 'redis',
    projects: ['redis'],
    folders: ['tests/stores/redis/'],
    ...('path' in found ? { env: { REDIS_SERVER_PATH: found.path } } : { skip: found }),
  })
}

async function ssr() {
  return runVitest({
    name: 'ssr',
    projects: ['ssr'],
    folders: ['tests/bindings/ssr/', 'tests/hydration/'],
    ...(await chromium()),
  })
}

async function contract() {
  const found = await ensureChromium()
  const frameworks = ['react', 'vue', 'svelte', 'solid']
  const projects = frameworks.map((name) => `${name}-chromium`)
  if ('reason' in found) {
    const skips = projects.map((suite) => ({ suite, ...found }))
    return { passed: 0, failed: 0, skipped: skips.length, skips, note: 'nothing ran' }
  }
  const folders = ['tests/environments/', ...frameworks.map((name) => `tests/bindings/${name}/`)]
  return runVitest({ name: 'contract', projects, folders, env: { CHROMIUM_PATH: found.path } })
}

async function e2e() {
  return runVitest({ name: 'e2e', projects: ['e2e'], folders: ['tests/e2e/'], ...(await chromium()) })
}

async function runtimes() {
  const skip = await ensureRuntimes()
  return runVitest({ name: 'runtimes', projects: ['runtimes'], folders: ['tests/runtimes/'], ...(skip && { skip }) })
}

/** The database servers, or why tests that need one of them skip themselves. */
async function databases() {
  const [postgres, redis] = [await ensurePostgres(), await ensureRedis()]
  const missing = [postgres, redis].flatMap((found) => ('path' in found ? [] : [found]))
  const reasons = missing.map(({ reason }) => reason).join('; ')
  return {
    env: {
      ...('path' in postgres && { POSTGRES_BIN: postgres.path }),
      ...('path' in redis && { REDIS_SERVER_PATH: redis.path }),
    },
    ...(missing.length > 0 && { skip: { reason: reasons, cure: missing.map(({ cure }) => cure).join('; ') } }),
  }
}

/** The browser, or why tests that need it skip themselves. */
async function chromium() {
  const found = await ensureChromium()
  return 'path' in found ? { env: { CHROMIUM_PATH: found.path } } : { skip: found }
}

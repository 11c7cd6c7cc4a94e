import { fileURLToPath } from 'node:url'
import type { PluginOption } from 'vite'
import { defineConfig, type TestProjectConfiguration, type TestProjectInlineConfiguration } from 'vitest/config'
import { compileSvelte4 } from './tests/bindings/svelte-4/compile-svelte-4.mjs'
import { chromiumArgs, findChromium } from './tests/runner/chromium.mjs'

/** The projects that `--project` names, or all. The plugins of the others are not loaded: that would take seconds. */
function chosen(projects: Record<string, () => TestProjectConfiguration>): TestProjectConfiguration[] {
  const names = process.argv.flatMap((word, index, words) =>
    word === '--project' ? (words[index + 1] ?? []) : word.startsWith('--project=') ? word.slice(10) : [],
  )
  const isPattern = names.some((name) => /[*!]/.test(name))
  const isChosen = (project: string) => names.length === 0 || isPattern || names.includes(project)
  return Object.entries(projects).flatMap(([name, configure]) => (isChosen(name) ? [configure()] : []))
}

type Project = TestProjectInlineConfiguration

const svelte = async () => (await import('@sveltejs/vite-plugin-svelte')).svelte({ configFile: false })
const vue = async () => (await import('@vitejs/plugin-vue')).default()
const solid = async () => (await import('vite-plugin-solid')).default({ ssr: false, hot: false })

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Unit tests read the sources; end-to-end and fault tests use the built packages, as an application does. */
const sources = [
  {
    find: /^@keepstream\/(ai-sdk|convex|core|react|server|solid|svelte|vue)$/,
    replacement: source('./packages/$1/src/index.ts'),
  },
  { find: '@keepstream/ai-sdk/client', replacement: source('./packages/ai-sdk/src/client/index.ts') },
  {
    find: /^@keepstream\/core\/(blocks|dialects|fold|marks|react-native|smooth|tabs|testing)$/,
    replacement: source('./packages/core/src/$1/index.ts'),
  },
  { find: /^@keepstream\/convex\/(react|vue|svelte|solid)$/, replacement: source('./packages/convex/src/$1.ts') },
  {
    find: /^@keepstream\/server\/(memory|postgres|redis|sqlite)$/,
    replacement: source('./packages/server/src/stores/$1.ts'),
  },
  {
    find: /^@keepstream\/server\/(storekit|testkit)$/,
    replacement: source('./packages/server/src/$1/index.ts'),
  },
]

/**
 * The test files of a project share a thread, and with it the modules that they load: twice as fast as a process for each. No
 * file may leave anything behind, such as fake timers or globals.
 */
const inThreads = { pool: 'threads', isolate: false } as const

/** Files that share a thread share a page too: a check that they leave it as they found it. */
const cleanPage = source('./tests/environments/clean-page.ts')

/** A binding's own tests, and the contract that all bindings are held to. */
function binding(name: string, ...plugins: PluginOption[]): TestProjectInlineConfiguration {
  return {
    plugins,
    resolve: { alias: sources, conditions: ['browser', 'development', 'module', 'import', 'default'] },
    test: {
      ...inThreads,
      name,
      environment: source('./tests/environments/happy-dom.ts'),
      setupFiles: cleanPage,
      include: [`packages/${name}/tests/**/*.test.{ts,tsx}`, `tests/bindings/${name}/*.test.ts`],
    },
  }
}

/** Where the contract runs once more: a part of it, or all if `SCENARIOS` is `all`. */
const someScenarios = { SCENARIOS: process.env['SCENARIOS'] ?? 'smoke' }

/** What was tested with the newest React, with the oldest one that the binding serves. */
function react18(): TestProjectInlineConfiguration {
  const { test, resolve, ...config } = binding('react-18')
  const react = {
    find: /^(react|react-dom)(?=$|\/)/,
    replacement: source('./other-majors/react-18/node_modules/$1'),
  }
  return {
    ...config,
    resolve: { ...resolve, alias: [...sources, react] },
    test: {
      ...test,
      include: ['tests/bindings/react-18/*.test.ts', 'packages/react/tests/**/*.test.tsx'],
      env: someScenarios,
      // Its development build reports what a component throws through an event that only real browsers have.
      exclude: ['packages/react/tests/error-boundary.test.tsx'],
      // Otherwise Node would find the newest React for it.
      server: { deps: { inline: ['@nanostores/react'] } },
    },
  }
}

/** The hooks for Convex in all four frameworks, with the real component behind them. */
function convex(...plugins: PluginOption[]): TestProjectInlineConfiguration {
  const { test, resolve, ...config } = binding('convex', ...plugins)
  // A browser's build of it would serve nobody.
  const ws = { find: /^ws$/, replacement: source('./node_modules/ws/wrapper.mjs') }
  return {
    ...config,
    resolve: { ...resolve, alias: [...sources, ws] },
    test: {
      ...test,
      // Not the check of the page: clients of Convex still listen for a moment, and no test reports an event of the page.
      setupFiles: source('./packages/convex/tests/support/setup.ts'),
      globalSetup: source('./tests/docs/support/write-examples.ts'),
      // They find modules with Vite, or hold runes; and Node would take Solid's server build.
      server: {
        deps: { inline: ['convex-test', '@convex-dev/persistent-text-streaming', 'convex-svelte', /solid-js/] },
      },
      testTimeout: 120_000,
    },
  }
}

/** The contract with components of Svelte 4, which the store contract serves as well. */
function svelte4(): TestProjectInlineConfiguration {
  const { test, resolve } = binding('svelte-4')
  const runtime = './other-majors/svelte-4/node_modules/svelte/src/'
  const alias = [
    ...sources,
    { find: /^svelte$/, replacement: source(`${runtime}runtime/index.js`) },
    { find: /^svelte\/compiler$/, replacement: source(`${runtime}shared/version.js`) },
    { find: /^svelte\/(.+)$/, replacement: source(`${runtime}runtime/$1/index.js`) },
  ]
  return {
    plugins: [compileSvelte4()],
    resolve: { ...resolve, alias },
    test: { ...test, include: ['tests/bindings/svelte-4/*.test.ts'], env: someScenarios },
  }
}

/** Launches the browser that the test files of a project share. */
const browserServer = source('./tests/support/browser-server.ts')

const chromiumPath = findChromium()

/** The contract once more, in a real browser. */
async function inChromium(executablePath: string, name: string, ...plugins: PluginOption[]): Promise<Project> {
  const { playwright } = await import('@vitest/browser-playwright')
  return {
    plugins,
    resolve: { alias: sources },
    test: {
      name: `${name}-browser`,
      include: [`tests/bindings/${name}/*.test.ts`, 'tests/environments/*.test.ts'],
      env: {
        ...someScenarios,
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(SEED|RUNS|RUNS_FACTOR)$/.test(name))),
      },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: { executablePath, args: chromiumArgs } }),
        instances: [{ browser: 'chromium', name: `${name}-chromium` }],
      },
    },
  }
}

/** Tests without a page. `readsSources` is for tests of the sources; the others use the built packages. */
function inNode(
  name: string,
  include: string,
  { readsSources = false, ...test }: { readsSources?: boolean } & Project['test'] = {},
): Project {
  return {
    ...(readsSources && { resolve: { alias: sources } }),
    test: { ...inThreads, name, environment: 'node', include: [include], ...test },
  }
}

/** In milliseconds, for tests that start servers, databases and browsers. */
const slow = { testTimeout: 60_000, hookTimeout: 60_000 }
const slower = { testTimeout: 120_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    projects: chosen({
      core: () => inNode('core', 'packages/core/tests/**/*.test.ts', { readsSources: true }),
      server: () => inNode('server', 'packages/server/tests/**/*.test.ts', { readsSources: true }),
      'ai-sdk': () => inNode('ai-sdk', 'packages/ai-sdk/tests/**/*.test.ts', { readsSources: true }),
      react: () => binding('react'),
      'react-18': react18,
      vue: () => binding('vue', vue()),
      svelte: () => binding('svelte', svelte()),
      'svelte-4': svelte4,
      solid: () => binding('solid', solid()),
      convex: () => convex(svelte()),
      contract: () => inNode('contract', 'tests/bindings/*.test.ts', { readsSources: true }),
      playground: () => inNode('playground', 'playground/tests/**/*.test.{ts,tsx}'),
      runner: () => inNode('runner', 'tests/{runner,gates,bench}/**/*.test.ts'),
      ssr: () =>
        inNode('ssr', 'tests/{bindings/ssr,hydration}/*.test.ts', {
          globalSetup: browserServer,
          // The pages' server bundles are for Node alone, under its own conditions.
          server: { deps: { external: [/\/tests\/\.output\//] } },
          fileParallelism: false,
          // Two files that share no module worth sharing, and each loads four frameworks.
          isolate: true,
          pool: 'forks',
          ...slow,
        }),
      ...(chromiumPath !== undefined && {
        'react-chromium': () => inChromium(chromiumPath, 'react'),
        'vue-chromium': () => inChromium(chromiumPath, 'vue', vue()),
        'svelte-chromium': () => inChromium(chromiumPath, 'svelte', svelte()),
        'solid-chromium': () => inChromium(chromiumPath, 'solid', solid()),
      }),
      docs: () => './tests/docs/vitest.config.ts',
      'docs-server': () => inNode('docs-server', 'tests/docs/server/*.test.ts', slow),
      histories: () =>
        inNode('histories', 'tests/histories/**/*.test.ts', {
          readsSources: true,
          hookTimeout: 120_000,
          testTimeout: 300_000,
        }),
      processes: () => inNode('processes', 'tests/processes/**/*.test.ts', slower),
      runtimes: () => inNode('runtimes', 'tests/runtimes/*.test.ts', slow),
      postgres: () =>
        inNode('postgres', 'tests/stores/postgres/*.test.ts', { readsSources: true, ...slow, hookTimeout: 120_000 }),
      mariadb: () =>
        inNode('mariadb', 'tests/stores/mariadb/*.test.ts', { readsSources: true, ...slow, hookTimeout: 120_000 }),
      redis: () => inNode('redis', 'tests/stores/redis/**/*.test.ts', { readsSources: true, ...slow }),
      // Not part of the test command: numbers to read, not to pass.
      bench: () => inNode('bench', 'tests/bench/stores/*.bench.ts', { readsSources: true }),
      e2e: () => inNode('e2e', 'tests/{chats,e2e,faults}/**/*.test.ts', { globalSetup: browserServer, ...slower }),
    }),
  },
})

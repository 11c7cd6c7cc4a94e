import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import vue from '@vitejs/plugin-vue'
import { playwright } from '@vitest/browser-playwright'
import type { PluginOption } from 'vite'
import solid from 'vite-plugin-solid'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { compileSvelte4 } from './tests/bindings/svelte-4/compile-svelte-4.mjs'
import { chromiumArgs, findChromium } from './tests/runner/chromium.mjs'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Unit tests read the sources; end-to-end and fault tests use the built packages, as an application does. */
const sources = [
  {
    find: /^@keepstream\/(ai-sdk|convex|core|react|server|solid|svelte|vue)$/,
    replacement: source('./packages/$1/src/index.ts'),
  },
  {
    find: /^@keepstream\/core\/(react-native|smooth|tabs|testing)$/,
    replacement: source('./packages/core/src/$1/index.ts'),
  },
  { find: /^@keepstream\/convex\/(react|vue|svelte|solid)$/, replacement: source('./packages/convex/src/$1.ts') },
  {
    find: /^@keepstream\/server\/(memory|postgres|redis|sqlite)$/,
    replacement: source('./packages/server/src/stores/$1.ts'),
  },
  { find: '@keepstream/server/testkit', replacement: source('./packages/server/src/testkit/index.ts') },
]

/**
 * The test files of a project share a thread, and with it the modules that they load: twice as fast as a process for each. No
 * file may leave anything behind, such as fake timers or globals.
 */
const inThreads = { pool: 'threads', isolate: false } as const

/** A binding's own tests, and the contract that all bindings are held to. */
function binding(name: string, ...plugins: PluginOption[]): TestProjectInlineConfiguration {
  return {
    plugins,
    resolve: { alias: sources, conditions: ['browser', 'development', 'module', 'import', 'default'] },
    test: {
      // Each file has a page of its own, because a page keeps the listeners of components that are still mounted.
      pool: 'threads',
      name,
      environment: source('./tests/environments/happy-dom.ts'),
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

/** The contract once more, in a real browser. */
function inChromium(name: string, ...plugins: PluginOption[]): TestProjectInlineConfiguration[] {
  const executablePath = findChromium()
  if (executablePath === undefined) return []
  return [
    {
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
    },
  ]
}

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias: sources },
        test: { ...inThreads, name: 'core', environment: 'node', include: ['packages/core/tests/**/*.test.ts'] },
      },
      {
        resolve: { alias: sources },
        test: { ...inThreads, name: 'server', environment: 'node', include: ['packages/server/tests/**/*.test.ts'] },
      },
      {
        resolve: { alias: sources },
        test: { ...inThreads, name: 'ai-sdk', environment: 'node', include: ['packages/ai-sdk/tests/**/*.test.ts'] },
      },
      binding('react'),
      react18(),
      binding('vue', vue()),
      binding('svelte', svelte({ configFile: false })),
      svelte4(),
      binding('solid', solid({ ssr: false, hot: false })),
      convex(svelte({ configFile: false })),
      {
        resolve: { alias: sources },
        test: { ...inThreads, name: 'contract', environment: 'node', include: ['tests/bindings/*.test.ts'] },
      },
      {
        test: {
          ...inThreads,
          name: 'playground',
          environment: 'node',
          include: ['playground/tests/**/*.test.{ts,tsx}'],
        },
      },
      {
        test: { ...inThreads, name: 'runner', environment: 'node', include: ['tests/{runner,gates}/**/*.test.ts'] },
      },
      {
        test: {
          name: 'ssr',
          environment: 'node',
          include: ['tests/bindings/ssr/*.test.ts', 'tests/hydration/*.test.ts'],
          globalSetup: browserServer,
          // The pages' server bundles are for Node alone, under its own conditions.
          server: { deps: { external: [/\/tests\/\.output\//] } },
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...inChromium('react'),
      ...inChromium('vue', vue()),
      ...inChromium('svelte', svelte({ configFile: false })),
      ...inChromium('solid', solid({ ssr: false, hot: false })),
      './tests/docs/vitest.config.ts',
      {
        test: {
          ...inThreads,
          name: 'docs-server',
          environment: 'node',
          include: ['tests/docs/server/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        resolve: { alias: sources },
        test: {
          ...inThreads,
          name: 'histories',
          environment: 'node',
          include: ['tests/histories/**/*.test.ts'],
          hookTimeout: 120_000,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...inThreads,
          name: 'processes',
          environment: 'node',
          include: ['tests/processes/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'runtimes',
          environment: 'node',
          include: ['tests/runtimes/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        resolve: { alias: sources },
        test: {
          ...inThreads,
          name: 'postgres',
          environment: 'node',
          include: ['tests/stores/postgres/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias: sources },
        test: {
          ...inThreads,
          name: 'redis',
          environment: 'node',
          include: ['tests/stores/redis/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Not part of the test command: numbers to read, not to pass.
        resolve: { alias: sources },
        test: { name: 'bench', environment: 'node', include: ['tests/bench/*.bench.ts'] },
      },
      {
        test: {
          ...inThreads,
          name: 'e2e',
          environment: 'node',
          include: ['tests/{e2e,faults}/**/*.test.ts'],
          globalSetup: browserServer,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EdgeVM } from '@edge-runtime/vm'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRuntime } from '../runner/runtimes.mjs'

const run = promisify(execFile)
const main = join(import.meta.dirname, 'main.mjs')

/** How each runtime is started, its version output, and its SQLite module. */
const runtimes = [
  { name: 'the Node that runs the tests', program: process.execPath, args: [], version: /^v\d+/ },
  { name: 'the newest Node, with node:sqlite', program: findRuntime('node'), args: [], version: /^v26\./ },
  { name: 'Bun, with bun:sqlite', program: findRuntime('bun'), args: ['run'], version: /^1\./ },
  {
    name: 'Deno',
    program: findRuntime('deno'),
    args: ['run', '-A', '--node-modules-dir=manual'],
    version: /^deno 2\./,
  },
]

describe.each(runtimes)('on $name', ({ program, args, version }) => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keepstream-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const start = async (...more: string[]) => (await run(program ?? '', more, { cwd: import.meta.dirname })).stdout

  it.skipIf(program === undefined)(
    'the main entry and the memory store serve driving, following and stopping',
    async () => {
      expect(await start('--version')).toMatch(version)
      expect(await start(...args, main)).toMatch(/^ok: drove, followed, reloaded and stopped/)
    },
  )

  it.skipIf(program === undefined)(
    'the SQLite store serves the same, with a separate server for each reader',
    async () => {
      expect(await start(...args, main, join(folder, 'streams.db'))).toMatch(
        /^ok: drove, followed, reloaded and stopped/,
      )
    },
  )
})

describe('the minimum Node version of the packages', () => {
  it('is not higher than the version that runs the tests', () => {
    const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
    const [major = 0, minor = 0] = engines.node.replace('>=', '').split('.').map(Number)
    const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number)
    expect(ownMajor * 1_000 + ownMinor).toBeGreaterThanOrEqual(major * 1_000 + minor)
  })
})

describe('in an edge runtime', () => {
  it('the main entry and the memory store serve the same without Node APIs', async () => {
    const output = (await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        write: false,
        minify: false,
        lib: { entry: join(import.meta.dirname, 'edge.mjs'), formats: ['iife'], name: 'edge' },
      },
    })) as Rolldown.RolldownOutput[]
    const code = output[0]?.output[0].code ?? ''
    const edge = new EdgeVM()
    expect(edge.evaluate('typeof process + typeof require')).toBe('undefinedundefined')
    edge.evaluate(code)
    expect(await edge.context['outcome']).toMatch(/^drove, followed, reloaded and stopped/)
  })
})

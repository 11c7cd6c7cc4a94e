import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { ensurePrograms } from '../runner/programs.mjs'
import { root, runCommand, stopCommands } from '../runner/run-command.mjs'

/**
 * `npm run bench`. Node 20 reads no TypeScript, and the processes that are measured should not run a compiler. So the
 * packages are built, and everything else is bundled, before a row can be loaded.
 */
const source = join(root, 'tests', 'bench')
const bundled = join(root, 'tests', '.output', 'bench', 'bundled')

/** @type {typeof import('./command') | undefined} */
let bench

for (const [signal, code] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])) {
  process.on(signal, async () => {
    stopCommands()
    await bench?.releaseRow()
    process.exit(code)
  })
}

console.error('bench: builds the packages')
await buildPackages()
await build({
  entryPoints: [join(source, 'command.ts'), join(source, 'processes', '*.ts')],
  outbase: source,
  outdir: bundled,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  // Without the paths of tests/tsconfig.json: the built packages are measured, as an application gets them.
  tsconfigRaw: {},
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})
bench = /** @type {typeof import('./command')} */ (await import(pathToFileURL(join(bundled, 'command.mjs')).href))
process.exitCode = await bench.runBench(process.argv.slice(2), { root, ensurePrograms })
// A peer may leave a timer or a socket.
process.exit()

async function buildPackages() {
  const { code, output } = await runCommand('turbo', [
    ...['run', 'build', '--filter=./packages/*', '--output-logs=errors-only', '--ui=stream'],
  ])
  if (code === 0) return
  console.error(`npm run bench: the packages do not build:\n${output}`)
  process.exit(1)
}

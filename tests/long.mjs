import { runCommand } from './runner/run-command.mjs'

/**
 * `npm run test:long`: the random tests of the core with many more runs, 100 times as many, and the histories of servers,
 * 10 times as many, unless RUNS_FACTOR says otherwise. A failure prints the seed that repeats it.
 */
const parts = [
  {
    what: 'every random test of the core',
    project: 'core',
    files: ['property', 'session-model', 'turns'],
    factor: '100',
  },
  {
    what: 'the random histories of servers',
    project: 'histories',
    files: ['histories/sqlite', 'histories/postgres', 'histories/redis', 'histories/memory'],
    factor: '10',
  },
]

const started = performance.now()
let isPassed = true
for (const { what, project, files, factor } of parts) {
  const runs = process.env['RUNS_FACTOR'] ?? factor
  console.log(`${what}, with ${runs} times as many runs …`)
  const args = ['run', '--project', project, ...files, '--reporter=verbose']
  const { code } = await runCommand('vitest', args, { env: { RUNS_FACTOR: runs }, isLive: true })
  isPassed &&= code === 0
}
console.log(`${Math.round((performance.now() - started) / 1000)} s in all, ${isPassed ? 'no violation' : 'FAILED'}`)
process.exitCode = isPassed ? 0 : 1

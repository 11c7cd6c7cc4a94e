import { runCommand } from './runner/run-command.mjs'

/**
 * `npm run test:long`: the random tests of the core with many more runs, 100 times as many unless RUNS_FACTOR says
 * otherwise. A failure prints the seed that repeats it.
 */
const factor = process.env['RUNS_FACTOR'] ?? '100'
console.log(`every random test of the core, with ${factor} times as many runs …`)
const started = performance.now()
const files = ['property', 'session-model', 'turns']
const args = ['run', '--project', 'core', ...files, '--reporter=verbose']
const { code } = await runCommand('vitest', args, { env: { RUNS_FACTOR: factor }, isLive: true })
console.log(`${Math.round((performance.now() - started) / 1000)} s in all, ${code === 0 ? 'no violation' : 'FAILED'}`)
process.exitCode = code

import { stopCommands } from './runner/run-command.mjs'
import { selectSteps, usage } from './runner/select-steps.mjs'
import { steps } from './runner/steps.mjs'
import { seconds, summarize } from './runner/summary.mjs'

for (const [signal, code] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])) {
  process.on(signal, () => {
    stopCommands()
    process.exit(code)
  })
}

const words = process.argv.slice(2)
if (words.includes('--help') || words.includes('-h')) console.log(usage(steps))
else process.exitCode = await run()

async function run() {
  const started = performance.now()
  /** @type {import('./runner/types').Step[]} */
  let chosen
  try {
    chosen = selectSteps(steps, words)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 2
  }
  const results = []
  for (const [index, step] of chosen.entries()) {
    const place = `[${index + 1}/${chosen.length}]`
    console.log(`${place} ${step.name}: ${step.title} …`)
    const begun = performance.now()
    const outcome = await step.run().catch(broken)
    const durationMs = performance.now() - begun
    if (outcome.failed > 0 && outcome.output) console.log(outcome.output.trimEnd())
    const note = outcome.note ? ` (${outcome.note})` : ''
    console.log(`${place} ${step.name}: ${outcome.failed > 0 ? 'FAILED' : 'ok'}, ${seconds(durationMs)}${note}`)
    results.push({ step, outcome, durationMs })
  }
  const { text, isPassed } = summarize(results, Boolean(process.env['CI']) && process.env['CI'] !== 'false')
  console.log(`\n${seconds(performance.now() - started)} in all\n${text}`)
  return isPassed ? 0 : 1
}

/** @param {unknown} error @returns {import('./runner/types').Outcome} */
function broken(error) {
  const output = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { passed: 0, failed: 1, skipped: 0, skips: [], output }
}

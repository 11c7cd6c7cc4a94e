import { availableParallelism } from 'node:os'
import { joinSuites } from './runner/join-suites.mjs'
import { ensurePrograms } from './runner/programs.mjs'
import { stopCommands } from './runner/run-command.mjs'
import { runSteps } from './runner/run-steps.mjs'
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

/** More steps at the same time would make tests that wait for one another run late. */
const maxLanes = 4

const words = process.argv.slice(2)
if (words.includes('--help') || words.includes('-h')) console.log(usage(steps))
else process.exitCode = await run()

async function run() {
  const startedAt = performance.now()
  /** @type {import('./runner/types').Step[]} */
  let chosen
  try {
    chosen = selectSteps(steps, words)
    // Elsewhere turbo keeps the result of each package, which is faster still.
    if (process.env['CI']) chosen = joinSuites(chosen)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 2
  }
  const cores = availableParallelism()
  const lanes = Number(process.env['TEST_LANES'] ?? Math.min(cores, maxLanes))
  const isLive = chosen.filter(({ name }) => name !== 'build').length === 1
  let ended = 0
  const results = await runSteps(chosen, {
    lanes,
    cores,
    isLive,
    programs: ensurePrograms([...new Set(chosen.flatMap(({ needs }) => needs))]),
    onStart: ({ name, title }) => console.log(`        ${name}: ${title} …`),
    onEnd({ step, outcome, durationMs }) {
      ended += 1
      if (outcome.failed > 0 && outcome.output) console.log(outcome.output.trimEnd())
      const place = `[${ended}/${chosen.length}]`.padEnd(7)
      const note = outcome.note ? ` (${outcome.note})` : ''
      console.log(`${place} ${step.name}: ${outcome.failed > 0 ? 'FAILED' : 'ok'}, ${seconds(durationMs)}${note}`)
    },
  })
  const isStrict = Boolean(process.env['CI']) && process.env['CI'] !== 'false'
  const { text, isPassed } = summarize(results, { isStrict, durationMs: performance.now() - startedAt })
  console.log(text)
  return isPassed ? 0 : 1
}

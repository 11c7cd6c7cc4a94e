import fc from 'fast-check'

/** One seed for the whole run, so that a failure anywhere is run again with the line it prints. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const factor = Number(process.env['RUNS_FACTOR'] ?? 1)

/** How long a test may take that takes `ms` with the usual number of runs. */
export const patienceMs = (ms: number) => ms * Math.max(1, factor)

/** A failure that takes longer than this to be made shorter, in milliseconds, is shown as it is then. */
const limit = { interruptAfterTimeLimit: patienceMs(60_000), markInterruptAsFailure: true }

/** Runs a property; a failure says how to run it again. */
export function check<T>(property: fc.IRawProperty<T, false>, runs: number): void {
  fc.assert(property, { seed, numRuns: runs * factor, ...limit, reporter })
}

/** The same, for a property that takes its time. */
export async function checkAsync<T>(property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  await fc.assert(property, {
    seed,
    numRuns: runs * factor,
    ...limit,
    asyncReporter: async (details) => reporter(details),
  })
}

function reporter<T>(details: fc.RunDetails<T>) {
  if (!details.failed) return
  throw new Error(
    `${fc.defaultReportMessage(details)}\n${details.errorInstance}\nRun it again: SEED=${details.seed} npx vitest run --project core`,
  )
}

/** Text that breaks naive readers: astral characters, CR, LF, a line separator, NUL, a BOM, frames. */
export function nastyText(maxLength = 60): fc.Arbitrary<string> {
  return fc
    .array(
      fc.constantFrom(
        'a',
        'b',
        'ab',
        ' ',
        '. ',
        'é',
        '漢',
        '😀',
        '\r',
        '\n',
        '\r\n',
        '\0',
        '\uFEFF',
        '\u2028',
        'data: x\n\n',
        'id: 1\n',
      ),
      { maxLength, size: 'max' },
    )
    .map((parts) => parts.join(''))
}

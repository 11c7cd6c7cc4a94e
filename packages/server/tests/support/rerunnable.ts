import fc from 'fast-check'

/** Runs a property with a seed that can be set: `SEED=123 npx vitest run --project server`. */
export function rerunnable<Ts>(property: fc.IProperty<Ts>, runs = 1_000): void {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  fc.assert(property, { numRuns: runs, seed, reporter: (details) => report(details, seed) })
}

function report<Ts>(details: fc.RunDetails<Ts>, seed: number): void {
  if (!details.failed) return
  throw new Error(`Run again with SEED=${seed} npx vitest run --project server\n${fc.defaultReportMessage(details)}`)
}

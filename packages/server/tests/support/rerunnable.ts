import fc from 'fast-check'

/** Runs a property with a seed that can be set: `SEED=123 npx vitest run --project server`. */
export function rerunnable<Ts>(property: fc.IAsyncProperty<Ts>, runs?: number): Promise<void>
export function rerunnable<Ts>(property: fc.IProperty<Ts>, runs?: number): void
export function rerunnable<Ts>(property: fc.IRawProperty<Ts>, runs = 1_000): Promise<void> | void {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  return fc.assert(property as fc.IAsyncProperty<Ts>, {
    numRuns: runs,
    seed,
    reporter: (details) => report(details, seed),
  })
}

function report<Ts>(details: fc.RunDetails<Ts>, seed: number): void {
  if (!details.failed) return
  throw new Error(`Run again with SEED=${seed} npx vitest run --project server\n${fc.defaultReportMessage(details)}`)
}

import { type StoreTestCase, type StoreTestKitOptions, storeTestKit } from '@keepstream/server/testkit'

/** The cases of the kit. `RUNS_FACTOR` multiplies the runs of random ones, and `KEEPSTREAM_SEED` repeats a failure. */
export function kitCases(options: StoreTestKitOptions): readonly StoreTestCase[] {
  const { KEEPSTREAM_SEED: seed, RUNS_FACTOR: factor = '1' } = process.env
  const runs = (options.runs ?? 10) * Number(factor)
  return storeTestKit({ ...options, runs, ...(seed === undefined ? {} : { seed: Number(seed) }) })
}

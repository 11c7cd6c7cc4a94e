import { type StoreTestCase, type StoreTestKitOptions, storeTestKit } from '@keepstream/server/testkit'

/** The kit's cases; `KEEPSTREAM_SEED` runs the random ones again as a failure names them. */
export function kitCases(options: StoreTestKitOptions): readonly StoreTestCase[] {
  const seed = process.env['KEEPSTREAM_SEED']
  return storeTestKit(seed === undefined ? options : { ...options, seed: Number(seed) })
}

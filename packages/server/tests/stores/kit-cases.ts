import { type StoreTestCase, type StoreTestKitOptions, storeTestKit } from '@keepstream/server/testkit'

/** The cases of the kit. With `KEEPSTREAM_SEED`, the random ones run again with the seed of a failure. */
export function kitCases(options: StoreTestKitOptions): readonly StoreTestCase[] {
  const seed = process.env['KEEPSTREAM_SEED']
  return storeTestKit(seed === undefined ? options : { ...options, seed: Number(seed) })
}

import type { CreateStreamsOptions } from '../../src'
import { collect, createHand, createRig, request } from './rig'
import { spyStore } from './spy-store'

/** A stream that is being produced and driven, over a store that can be made to fail. */
export async function running(options: Partial<CreateStreamsOptions> = {}) {
  const rig = createRig({ wrap: spyStore, ...options })
  const store = rig.store as ReturnType<typeof spyStore>
  const id = await rig.streams.createStream()
  const hand = createHand()
  const raw = collect(await rig.streams.stream(request(), id, hand.producer))
  /** The texts that were passed to `append`, also those that it did not store. */
  const slices = () => store.of('append').map(([, { text }]) => text)
  return { ...rig, store, id, hand, raw, slices }
}

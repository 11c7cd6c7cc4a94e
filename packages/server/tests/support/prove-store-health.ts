import type { Rig } from './rig'

/** Reads the store for a lease without a failure, as a process that serves readers does. Then it may expire streams. */
export async function proveStoreHealth<R extends Pick<Rig, 'streams' | 'clock'>>(rig: R, leaseMs = 45_000): Promise<R> {
  const other = await rig.streams.createStream()
  for (let read = 0; read < 4; read++) {
    if (read > 0) await rig.clock.advance(leaseMs / 2)
    await rig.streams.getStreamBody(other)
  }
  return rig
}

import type { Rig } from './rig'

/** Lets a process see for a lease that the store is well, as one that serves readers does. */
export async function acquaint<R extends Pick<Rig, 'streams' | 'clock'>>(rig: R, leaseMs = 45_000): Promise<R> {
  const other = await rig.streams.createStream()
  for (let look = 0; look < 4; look++) {
    if (look > 0) await rig.clock.advance(leaseMs / 2)
    await rig.streams.getStreamBody(other)
  }
  return rig
}

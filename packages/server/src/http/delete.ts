import type { Runtime } from '../runtime'
import { isStreamId } from '../store/stream-id'

/** Removes the stream from the store. If it is gone then, even after a failed call, its run in this process ends. */
export async function deleteStream(runtime: Runtime, id: string): Promise<boolean> {
  const {
    runs,
    options: { store },
  } = runtime
  if (!isStreamId(id)) return false
  let isGone = true
  try {
    return await store.delete(id)
  } catch (error) {
    // If this fails too, the run ends at its next heartbeat.
    isGone = await store.heads([id]).then(
      ([head]) => head === undefined,
      () => false,
    )
    throw error
  } finally {
    if (isGone) (await runs.find(id))?.fence()
  }
}

import type { Runtime } from '../runtime'
import { isStreamId } from '../store/stream-id'

/** Removes the stream from the store, and ends its run in this process once it is gone, also when removing it failed halfway. */
export async function deleteStream(runtime: Runtime, id: string): Promise<boolean> {
  const {
    callStore,
    runs,
    options: { store },
  } = runtime
  if (!isStreamId(id)) return false
  let isGone = true
  try {
    return await callStore(() => store.delete(id), id)
  } catch (error) {
    if (runtime.isClosed) throw error
    // Where even this fails, the run's next beat tells.
    isGone = await store.heads([id]).then(
      ([head]) => head === undefined,
      () => false,
    )
    throw error
  } finally {
    if (isGone) (await runs.find(id))?.fence()
  }
}

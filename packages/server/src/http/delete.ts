import { notFound } from '../errors'
import type { Runtime } from '../runtime'
import { isStreamId } from '../store/stream-id'

/** Removes the stream from the store. If it is gone then, even after a failed call, its run in this process ends. */
export async function deleteStream({ runs, options: { store } }: Runtime, id: string): Promise<void> {
  if (!isStreamId(id)) throw notFound(id)
  let isGone = true
  let isRemoved: boolean
  try {
    isRemoved = await store.delete(id)
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
  if (!isRemoved) throw notFound(id)
}

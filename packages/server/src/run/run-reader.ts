import { StreamServerError } from '../errors'
import { chunkOf, maxChunkBytes } from '../reading/chunk-of'
import type { Hub } from '../reading/hub'
import type { ShownHead, TextListener, TextSource, TextStep } from '../reading/text-source'
import type { Run } from './run'

/**
 * Reads the text of a run as it is produced in this process. No other source may be ahead of the store (P5). `next` throws
 * when the run can no longer promise that its text becomes durable.
 *
 * @param position where the reader is. Never inside a surrogate pair
 */
export function openRunReader(hub: Hub, run: Run, position: number, listener: TextListener): TextSource {
  const { epoch, base, log } = run
  let leave: (() => void) | undefined
  let head: ShownHead | undefined

  return {
    get position() {
      return position
    },
    next(): TextStep {
      leave ??= join()
      const { state } = run
      const end = state.type === 'closed' ? state.offset : undefined
      const text = chunkOf(log.read(position, maxChunkBytes, end))
      // The same object as long as nothing is new, so that it need not be compared.
      if (head?.offset !== log.length) head = { status: 'streaming', epoch, base, offset: log.length, isStalled: false }
      if (text !== '') {
        const offset = position
        position += text.length
        return { type: 'text', head, offset, text }
      }
      if (state.type === 'closed') return { type: 'end', head: { ...head, ...state.ending, offset: state.offset } }
      if (state.type === 'fenced')
        throw new StreamServerError('store', 'the stream is no longer produced here; follow it')
      if (state.type === 'closing' && state.isOverdue)
        throw new StreamServerError('store', 'the end is not stored yet; follow it')
      return { type: 'wait', head }
    },
    close() {
      leave?.()
    },
  }

  /** Only once the response is read: one that its application drops must hold nothing. */
  function join(): () => void {
    hub.join(listener)
    const unsubscribe = run.subscribe(() => listener.wake())
    return () => {
      unsubscribe()
      hub.leave(listener)
    }
  }
}

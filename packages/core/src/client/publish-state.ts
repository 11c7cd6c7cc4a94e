import type { WritableAtom } from 'nanostores'
import { guarded } from '../guarded'
import { isTerminal, type StreamState } from '../types'
import type { AttachOptions } from './client-types'

/** A reader that was attached. It is reported the end that it sees, and no end from before. */
export interface Reader {
  readonly start?: AttachOptions['start']
  onEnd?: AttachOptions['onEnd']
}

/** Publishes a state. If it is the end, calls `onEnd` of the readers that are attached, once all of them have rendered it. */
export function publishState($state: WritableAtom<StreamState>, next: StreamState, readers: Iterable<Reader>): void {
  // A listener may detach its reader because of the end. That reader has seen the end, too.
  const ended = isTerminal(next.status) && !isTerminal($state.get().status) ? [...readers] : []
  guarded(() => $state.set(next))
  // Frameworks render in a microtask, which their listeners have requested by now.
  for (const { onEnd } of ended) if (onEnd) queueMicrotask(() => guarded(() => onEnd(next)))
}

import type { Environment } from '../environment'

/** How long new text waits where there are no frames, as in a hidden page, in milliseconds. */
const MAX_DELAY_MS = 100

/**
 * Limits how often the text of a client's streams is published: by default once a frame for all of them, else once in
 * `throttleMs` milliseconds. An urgent change is published at once. Reading never waits for it (P8).
 */
export function createPublisher(throttleMs: number | undefined, environment: Environment) {
  const waiting = new Set<() => void>()
  let timer: unknown
  let isFrameRequested = false

  function cancel() {
    environment.clearTimeout(timer as never)
    timer = undefined
  }

  function flush() {
    cancel()
    // A listener may make another stream's change urgent, which is then published already.
    for (const publish of [...waiting]) if (waiting.delete(publish)) publish()
  }

  return (publish: () => void, isUrgent: boolean) => {
    if (isUrgent) {
      waiting.delete(publish)
      if (!waiting.size) cancel()
      return publish()
    }
    waiting.add(publish)
    timer ??= environment.setTimeout(flush, throttleMs ?? MAX_DELAY_MS)
    // A hidden tab has no frames. One request is enough: its frame publishes all waiting changes.
    if (throttleMs !== undefined || isFrameRequested || !environment.requestAnimationFrame) return
    isFrameRequested = true
    environment.requestAnimationFrame(() => {
      isFrameRequested = false
      if (waiting.size) flush()
    })
  }
}

import type { StreamState, TextStream } from '@keepstream/core'
import { type SmoothEnvironment, type SmoothOptions, smooth } from '@keepstream/core/smooth'
import { createFakeClock } from '@keepstream/core/testing'
import { setup } from './setup'

export const LAG_MS = 400
export const TEN = '0123456789'

/** A page and a client whose clock, sources and media are in the hands of the test. */
export function smoothSetup({ frameMs = 20, ...options }: SmoothOptions & { frameMs?: number } = {}) {
  const clock = createFakeClock({ frameMs })
  const media = { matches: false }
  const listeners = new Set<(event: object) => void>()
  const document = {
    hidden: false,
    addEventListener(_: string, listener: (event: object) => void, { signal }: { signal: AbortSignal }) {
      listeners.add(listener)
      signal.addEventListener('abort', () => listeners.delete(listener))
    },
  }
  const environment: SmoothEnvironment = { ...clock, document, matchMedia: () => media }
  // The source publishes without a wait, so that only `smooth` takes time.
  const world = { ...clock, requestAnimationFrame: undefined }
  const { client, live, tail } = setup({ environment: world, throttleMs: 0, graceMs: 0 })
  const smoothed = smooth(client, { environment, ...options })
  const hide = (isHidden: boolean) => {
    document.hidden = isHidden
    for (const listener of [...listeners]) listener({})
  }
  return { client, smoothed, live, tail, clock, media, hide, listeners, environment }
}

/** A follower that has caught up with `text`. */
export async function follow({ smoothed, tail, clock }: ReturnType<typeof smoothSetup>, text = '') {
  const stream = smoothed.stream('a')
  const states: StreamState[] = []
  const leave = stream.subscribe((state) => states.push(state))
  await clock.advance(0)
  tail.last.sink.next({ offset: 0, text, status: 'streaming' })
  await clock.advance(0)
  const texts = () => states.map(({ text }) => text)
  let length = text.length
  const burst = async (added: string) => {
    tail.last.sink.next({ offset: length, text: added, status: 'streaming' })
    length += added.length
    await clock.advance(0)
  }
  return { stream, states, texts, burst, leave, shown: () => shown(stream) }
}

export const shown = (stream: TextStream) => stream.$state.get().text

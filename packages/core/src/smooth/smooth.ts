import type { StreamClient, TextStream } from '../client/stream-client'
import { StreamError } from '../errors'
import type { SmoothEnvironment } from './smooth-environment'
import { createSmoothStream } from './smooth-stream'

export interface SmoothOptions {
  /** The longest that text, and the end with it, waits to be shown, in milliseconds. @default 400 */
  readonly maxLagMs?: number | undefined
  /** Clock, frames, the page and its media. @default globalThis */
  readonly environment?: SmoothEnvironment | undefined
}

/**
 * A client that reveals at an even pace what arrives in bursts, cut only where a reader sees one character end.
 *
 * It reads through the client it is given, whose streams it leaves as they are: the text shown is always a prefix of
 * theirs, at most `maxLagMs` behind, and a terminal status comes with the whole text. Nothing is revealed slowly that was
 * there before this reader came, or that its page was rendered with; nor while the page is hidden, a person prefers reduced
 * motion, or nobody is attached.
 *
 * @throws {StreamError} `invalid-option`
 */
export function smooth(
  client: StreamClient,
  { maxLagMs = 400, environment = globalThis }: SmoothOptions = {},
): StreamClient {
  if (!(maxLagMs >= 0 && maxLagMs < 1 / 0))
    throw new StreamError('invalid-option', '`maxLagMs` must be finite milliseconds, at least 0')
  const motion = environment.matchMedia?.('(prefers-reduced-motion: reduce)')
  const { Segmenter } = environment.Intl ?? {}
  const facts = {
    maxLagMs,
    environment,
    segmenter: Segmenter && new Segmenter(undefined, { granularity: 'grapheme' }),
    isCalm: () => !!(motion?.matches || environment.document?.hidden),
  }
  /** By the stream they read and by their state: whoever holds either has the one smooth stream there is for it. */
  const streams = new WeakMap<object, TextStream>()

  return {
    stream(id, options) {
      const source = client.stream(id, options)
      const found = streams.get(source)
      if (found) return found
      const stream = createSmoothStream(source, facts)
      streams.set(source, stream).set(stream.$state, stream)
      return stream
    },
  }
}

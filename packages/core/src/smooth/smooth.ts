import type { StreamClient, TextStream } from '../client/client-types'
import { StreamError } from '../errors'
import type { SmoothEnvironment } from './smooth-environment'
import { createSmoothStream } from './smooth-stream'

export interface SmoothOptions {
  /** The longest time that text, and the end after it, waits to be shown, in milliseconds. @default 400 */
  readonly maxLagMs?: number | undefined
  /** Clock, animation frames, the page and its media queries. @default globalThis */
  readonly environment?: SmoothEnvironment | undefined
}

/**
 * Returns a client that reveals text at an even pace when it arrives in bursts. Text is cut only between visible characters.
 *
 * It reads through `client` and does not change its streams. The shown text is always a prefix of theirs, at most `maxLagMs`
 * behind, and a terminal status comes with the whole text. Text is shown at once if it was there before this reader
 * attached, or if the page was rendered with it. It is also shown at once while the page is hidden, the user prefers reduced
 * motion, or no reader is attached.
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
  /** One smooth stream for each source stream. Its `$state` is a key too, so that holding the state keeps the stream. */
  const streams = new WeakMap<object, TextStream>()

  const own: StreamClient = {
    ...client,
    streams: () => client.streams().map(({ id }) => own.stream(id)),
    stream(id, options) {
      const source = client.stream(id, options)
      const found = streams.get(source)
      if (found) return found
      const stream = createSmoothStream(source, facts)
      streams.set(source, stream).set(stream.$state, stream)
      return stream
    },
  }
  return own
}

import {
  type AttachOptions,
  initialStreamState,
  reportClient,
  type StreamClient,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import { useStore } from '@nanostores/react'
import { useEffect, useMemo } from 'react'

/** `driven`: this component's user asked for the text. `initial`: what the page was rendered with, whole. */
export type UseStreamOptions = AttachOptions

/** The state, and what can be done about it. A new object for every published change, the same one while nothing changes. */
export type UseStreamResult = StreamState & Pick<TextStream, 'stop' | 'retry'>

/**
 * Shows a stream, and reads it while the component is mounted.
 *
 * A stream is its id: new option objects and callbacks on each render restart nothing, a new id starts from nothing in the
 * same render, and `undefined` shows nothing yet. On a server, and while the browser hydrates, it shows this hook's own
 * `initial`.
 *
 * An id is shown with the client that came with it first: make a client once, outside of components. Another one is taken
 * with another id, or when the component mounts anew, as with another `key`.
 */
export function useStream(
  client: StreamClient,
  id: string | undefined,
  { driven, initial }: UseStreamOptions = {},
): UseStreamResult {
  // Which stream, and what a server showed of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `client` and `initial` are what the id was first rendered with
  const [stream, first, kept] = useMemo(() => {
    const known = id === undefined ? undefined : initial // the text of no stream
    return [client.stream(id, { initial: known }), initialStreamState(known), client] as const
  }, [id])
  useEffect(() => reportClient(kept, client))

  // What is shown of it.
  const state = useStore(stream.$state, { ssr: () => first })

  // Reading it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: an inline `initial` must not attach anew
  useEffect(() => stream.attach({ driven, initial }), [stream, driven])

  return useMemo(() => ({ ...state, stop: stream.stop, retry: stream.retry }), [state, stream])
}

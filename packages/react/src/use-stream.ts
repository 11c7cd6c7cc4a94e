import { type Snapshot, type StreamClient, type StreamState, stateOf, type TextStream } from '@keepstream/core'
import { useStore } from '@nanostores/react'
import { useEffect, useMemo } from 'react'

export interface UseStreamOptions {
  /** This component's user asked for the text: generate it. Latched for the id, and driven once. @default false */
  readonly driven?: boolean | undefined
  /** What the page was rendered with, whole. A stream whose `initial` is not `pending` is never driven. */
  readonly initial?: Snapshot | undefined
}

/** The state, and what can be done about it. */
export type UseStreamResult = StreamState & Pick<TextStream, 'stop' | 'retry'>

/**
 * Shows a stream, and reads it while the component is mounted.
 *
 * A stream is its id and its client: new option objects and callbacks on each render restart nothing, a new id starts
 * from nothing in the same render, and `undefined` shows nothing yet. On a server, and in the first render in the
 * browser, it shows this hook's own `initial`.
 */
export function useStream(
  client: StreamClient,
  id: string | undefined,
  { driven, initial }: UseStreamOptions = {},
): UseStreamResult {
  // biome-ignore lint/correctness/useExhaustiveDependencies: `initial` is what the id was first rendered with
  const [stream, first] = useMemo(() => {
    const known = id === undefined ? undefined : initial // the text of no stream
    return [client.stream(id, { initial: known }), stateOf(known)] as const
  }, [client, id])
  const state = useStore(stream.$state, { ssr: () => first })
  // biome-ignore lint/correctness/useExhaustiveDependencies: an inline `initial` must not attach anew
  useEffect(() => stream.attach({ driven, initial }), [stream, driven])
  return useMemo(() => ({ ...state, stop: stream.stop, retry: stream.retry }), [state, stream])
}

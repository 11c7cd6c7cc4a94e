import type { FunctionReference } from 'convex/server'

/** The component's own type for the id that its `createStream` returns. */
export type StreamId = string & { __isStreamId: true }

/** The component's own statuses. */
export type StreamStatus = 'pending' | 'streaming' | 'done' | 'error' | 'timeout'

/** The result of the component's `getStreamBody`, and of its hook. */
export type StreamBody = { text: string; status: StreamStatus }

/** The app's query that returns the component's `getStreamBody`. */
export type StreamBodyQuery = FunctionReference<'query', 'public', { streamId: string }, StreamBody>

/** The component's own options, for the request that drives. They may be new objects on each render. */
export type UseStreamOptions = {
  /** Sent as `Authorization: Bearer …`. A new one is used from the next attempt on. */
  authToken?: string | null
  /** Sent as well. */
  headers?: Record<string, string>
}

/** Whether the client's socket is up, as Convex reports it. */
export interface ConvexConnectionState {
  readonly isWebSocketConnected: boolean
  readonly hasEverConnected: boolean
}

interface ConvexConnection {
  connectionState?(): ConvexConnectionState
  subscribeToConnectionState?(listener: (state: ConvexConnectionState) => void): () => void
}

/** The part of `ConvexClient` that is used here. convex-vue and convex-svelte provide such a client. */
export interface PushingConvexClient extends ConvexConnection {
  onUpdate(
    query: StreamBodyQuery,
    args: { streamId: string },
    onBody: (body: StreamBody) => unknown,
    onError?: (error: Error) => unknown,
  ): () => void
}

/** The part of `ConvexReactClient` that is used here. */
export interface WatchingConvexClient extends ConvexConnection {
  watchQuery(
    query: StreamBodyQuery,
    args: { streamId: string },
  ): {
    onUpdate(listener: () => void): () => void
    /** Returns `undefined` until the result is known. Throws the query's error. */
    localQueryResult(): StreamBody | undefined
  }
}

/** A Convex client: a `ConvexClient`, a `ConvexReactClient`, or one that pushes a query in either way. */
export type ConvexClientLike = PushingConvexClient | WatchingConvexClient

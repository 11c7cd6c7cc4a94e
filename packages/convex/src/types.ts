import type { FunctionReference } from 'convex/server'

/** The component's own type for the id that its `createStream` gives. */
export type StreamId = string & { __isStreamId: true }

/** The component's own statuses. */
export type StreamStatus = 'pending' | 'streaming' | 'done' | 'error' | 'timeout'

/** What the component's `getStreamBody` returns, and what its hook does. */
export type StreamBody = { text: string; status: StreamStatus }

/** The app's query that returns the component's `getStreamBody`. */
export type StreamBodyQuery = FunctionReference<'query', 'public', { streamId: string }, StreamBody>

/** The component's own options: what the request that drives carries. They may be new objects on each render. */
export type UseStreamOptions = {
  /** Sent as `Authorization: Bearer …`. A new one is used from the next attempt on. */
  authToken?: string | null
  /** Sent besides. */
  headers?: Record<string, string>
}

/** Whether the client's socket is up, as Convex tells it. */
export interface ConvexConnectionState {
  readonly isWebSocketConnected: boolean
  readonly hasEverConnected: boolean
}

interface ConvexConnection {
  connectionState?(): ConvexConnectionState
  subscribeToConnectionState?(listener: (state: ConvexConnectionState) => void): () => void
}

/** As much of `ConvexClient` as is used here; convex-vue and convex-svelte hand out such a one. */
export interface PushingConvexClient extends ConvexConnection {
  onUpdate(
    query: StreamBodyQuery,
    args: { streamId: string },
    onBody: (body: StreamBody) => unknown,
    onError?: (error: Error) => unknown,
  ): () => void
}

/** As much of `ConvexReactClient` as is used here. */
export interface WatchingConvexClient extends ConvexConnection {
  watchQuery(
    query: StreamBodyQuery,
    args: { streamId: string },
  ): {
    onUpdate(listener: () => void): () => void
    /** `undefined` until it is known; throws what the query threw. */
    localQueryResult(): StreamBody | undefined
  }
}

/** A Convex client: a `ConvexClient`, a `ConvexReactClient`, or one that pushes a query in either way. */
export type ConvexClientLike = PushingConvexClient | WatchingConvexClient

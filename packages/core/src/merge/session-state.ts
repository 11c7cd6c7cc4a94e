import type { SourceError, StreamError } from '../errors'
import type { End, Initial, StreamStatus } from '../types'
import type { Merged, MergeInput, Shown } from './merge'

/** What a session is doing, and the `connection` that users see. */
export type Phase =
  | { readonly phase: 'idle'; readonly connection: 'idle' }
  | { readonly phase: 'driving'; readonly connection: 'connecting' | 'live' | 'polling' }
  | { readonly phase: 'following'; readonly connection: 'connecting' | 'live' | 'polling' | 'waiting' }
  | { readonly phase: 'waiting'; readonly connection: 'waiting' | 'offline' }
  | { readonly phase: 'failed' | 'finished'; readonly connection: 'closed' }

/** What every phase has. */
export interface SessionFacts extends Shown {
  readonly status: StreamStatus
  readonly error: StreamError | undefined
  readonly isCaughtUp: boolean
  readonly isStalled: boolean
  readonly isStopping: boolean
  readonly finishReason: string | undefined
  /** The end of the text, which may be known before the text has reached it. Nothing is shown beyond it. */
  readonly end: End | undefined
  /** `wanted`: this stream has to be driven. `begun`: it was driven, and is not driven again without a reason. */
  readonly drive: 'none' | 'wanted' | 'begun'
  /** Driving again joins the running generation. */
  readonly canRepeat: boolean
  /** The number of the current attempt. Results of any other attempt have no effect. */
  readonly attempt: number
  /** Attempts in a row that failed. */
  readonly failures: number
  /** The wait that the server requested, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** Polls in a row that brought nothing new. Unless this is positive, the next poll is sent at once. */
  readonly idlePolls: number
}

/** The whole life of a session as one value. SPEC.md has the table of its transitions. */
export type SessionState = SessionFacts & Phase

/** What a source reports: a chunk, a snapshot or, with a terminal status, the end. */
export interface Update extends Omit<MergeInput, 'isDone'> {
  readonly status: StreamStatus
  readonly error?: string | undefined
  readonly finishReason?: string | undefined
}

/** A checked `Initial`. An error object is left out: it is created again from the status. */
export interface Kept extends Initial {
  readonly error?: string | undefined
}

export type SessionEvent =
  | { readonly type: 'attached'; readonly driven?: boolean | undefined }
  /** A reader brought the whole text that its page was rendered with. */
  | { readonly type: 'hydrated'; readonly initial: Kept }
  | { readonly type: 'detached' }
  /** `client.clear()` was called. */
  | { readonly type: 'cleared' }
  | { readonly type: 'read'; readonly attempt: number; readonly reading: Update }
  /** The connection changed, or a subscription that goes on by itself has a failure to show. */
  | { readonly type: 'connectionChanged'; readonly attempt: number; readonly update: ConnectionUpdate }
  /** The connection or the poll has ended. `isProven`: nothing had failed for a while. */
  | { readonly type: 'closed'; readonly attempt: number; readonly isProven?: boolean }
  | { readonly type: 'failed'; readonly attempt: number; readonly error: SourceError; readonly isProven?: boolean }
  /** The wait is over, or the page was away so long that its connection is likely to be dead. */
  | { readonly type: 'wakeUp'; readonly attempt: number }
  /** The user called `retry()`. */
  | { readonly type: 'retried' }
  /** `stop()` was called, or has failed. */
  | { readonly type: 'stopping'; readonly isStopping: boolean }
  /** The response to `stop()`. Reading goes on: the text may still be on its way. */
  | { readonly type: 'stopped'; readonly end: End }

export type ConnectionUpdate =
  | { readonly connection: 'live' | 'polling' | 'waiting' | 'offline' }
  | { readonly error: SourceError }

/** What a chunk did to the shown text. The part beyond the known end does not count. */
export interface ChunkOutcome {
  readonly outcome: Merged['outcome']
  readonly delta: Merged['delta']
  readonly source: 'live' | 'snapshot'
  readonly offset: number
  readonly length: number
}

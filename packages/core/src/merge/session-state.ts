import type { Backoff } from '../backoff'
import type { SourceError, StreamError } from '../errors'
import type { End, Initial, Retrying, StreamStatus } from '../types'
import type { Merged, MergeInput, Shown } from './merge'

/** What is fixed for a session: how its sources work, and how long it waits. */
export interface Policy {
  /** Driving again joins the running generation. */
  readonly canRepeat: boolean
  /** How the persisted text is read on: by polls, by a subscription, or over a tail. */
  readonly follows: 'polls' | 'subscription' | 'tail'
  /** The persisted text can be read in a short request. */
  readonly canPoll: boolean
  /** The waits between polls that bring nothing new. */
  readonly poll: Backoff
  /** The waits between attempts that fail. */
  readonly retry: Backoff
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Nobody sees the page, or it is about to be left. */
  readonly isHidden: () => boolean
}

/** What a session is doing, and the `connection` that users see. */
export type Phase =
  | { readonly phase: 'idle'; readonly connection: 'idle' }
  | { readonly phase: 'driving'; readonly connection: 'connecting' | 'live' | 'polling' }
  | { readonly phase: 'following'; readonly connection: 'connecting' | 'live' | 'polling' | 'waiting' }
  | { readonly phase: 'waiting'; readonly connection: 'waiting' | 'offline' }
  | { readonly phase: 'failed'; readonly connection: 'failed' }
  | { readonly phase: 'finished'; readonly connection: 'closed' }

/** What every phase has. */
export interface SessionFacts extends Shown {
  readonly policy: Policy
  readonly status: StreamStatus
  /** Why the phase is `failed`, or which error ended the stream. */
  readonly error: StreamError | undefined
  /** The failure that is being healed. */
  readonly retrying: Retrying | undefined
  readonly isCaughtUp: boolean
  readonly isStalled: boolean
  readonly isStopping: boolean
  readonly finishReason: string | undefined
  /** The end of the text, which may be known before the text has reached it. Nothing is shown beyond it. */
  readonly end: End | undefined
  /** `wanted`: this stream has to be driven. `begun`: it was driven, and is not driven again without a reason. */
  readonly drive: 'none' | 'wanted' | 'begun'
  /** The number of the current attempt. Results of any other attempt have no effect. */
  readonly attempt: number
  /** Attempts in a row that failed. */
  readonly failures: number
  /** While `waiting`, and in a pause of `following`: when it is over. A pause holds no connection. */
  readonly untilMs: number | undefined
  /** The wait that the server requested, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** The last attempt that set `failures` back to 0. */
  readonly progressAttempt: number
  /** When a channel was last resumed without a wait, in milliseconds since 1970. */
  readonly resumedAtMs: number
  /** Polls or connections in a row that brought nothing new. There is a pause before the next one. */
  readonly idlePolls: number
  /** The source has more text, and reported no end of it yet. It is read again without a pause. */
  readonly isBehind: boolean
  /** The last connection was closed because its slot went to another follower. This one waits for a slot again. */
  readonly isHandedOver: boolean
  /**
   * Whether the last drive or tail brought bytes when it should. `held`: short reads brought what it has not. `silent`: it
   * brought none at all.
   */
  readonly channel: 'trusted' | 'suspect' | 'held' | 'silent'
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
  /** `isShort`: it was read in a short request, while no connection was open. */
  | { readonly type: 'read'; readonly attempt: number; readonly reading: Update; readonly isShort?: boolean }
  /** The connection changed, or a subscription that goes on by itself has a failure to show. */
  | { readonly type: 'connectionChanged'; readonly attempt: number; readonly update: ConnectionUpdate }
  /** No connection slot is free: the follower waits for one. */
  | { readonly type: 'queued'; readonly attempt: number }
  /** The channel brought no bytes when it should: it is held back on its way, or the server is slow. */
  | { readonly type: 'suspected'; readonly attempt: number; readonly isSilent: boolean }
  /** A channel that was silent has brought bytes. */
  | { readonly type: 'received'; readonly attempt: number }
  /** The channel brings text as soon as there is some. */
  | { readonly type: 'proven'; readonly attempt: number }
  /**
   * The connection or the poll has ended. `isProven`: nothing had failed for a while. `isStall`: it brought nothing for too
   * long. `isHandedOver`: its slot goes to another follower.
   */
  | {
      readonly type: 'closed'
      readonly attempt: number
      readonly isProven?: boolean
      readonly isStall?: boolean
      readonly isHandedOver?: boolean
    }
  | { readonly type: 'failed'; readonly attempt: number; readonly error: SourceError; readonly isProven?: boolean }
  /** The wait or the pause is over. */
  | { readonly type: 'wakeUp'; readonly attempt: number }
  /** What the page reports. */
  | { readonly type: 'page'; readonly attempt: number; readonly page: PageSignal }
  /** The user called `retry()`. */
  | { readonly type: 'retried' }
  /** `stop()` was called, or has failed. */
  | { readonly type: 'stopping'; readonly isStopping: boolean }
  /** The response to `stop()`. Reading goes on: the text may still be on its way. */
  | { readonly type: 'stopped'; readonly end: End }

/**
 * What a page reports. `resumed`: it comes back from the back/forward cache, or was frozen. Its connection is likely to be dead.
 * `visible`: it is visible again. `online` and `offline`: what the browser says of the network.
 */
export type PageSignal = 'resumed' | 'visible' | 'online' | 'offline'

/** `polling`: short reads bring what the channel has not. `waiting`: a subscription has lost its own connection. */
export type ConnectionUpdate = { readonly connection: 'live' | 'polling' | 'waiting' } | { readonly error: SourceError }

/** What an event leads to. */
export interface Reduction {
  /** The same reference, if the event changes nothing. */
  readonly state: SessionState
  /** The outcome of the chunk that a `read` brought. */
  readonly chunk?: ChunkOutcome | undefined
  /** Only the text has grown. */
  readonly isTextOnly?: boolean
}

/** What a chunk did to the shown text. The part beyond the known end does not count. */
export interface ChunkOutcome {
  readonly outcome: Merged['outcome']
  readonly delta: Merged['delta']
  readonly source: 'live' | 'snapshot'
  readonly offset: number
  readonly length: number
}

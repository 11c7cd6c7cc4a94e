import type { StreamStore } from '../store/stream-store'

/** A store to test, empty, and what is around it. */
export interface StoreTarget {
  readonly store: StreamStore
  /** Moves the clock that the store reckons leases by on by `ms`. */
  advance(ms: number): void | Promise<void>
  /** One more store on the same data, beside the first, as another process would have. Without it one store does. */
  connect?(): Promise<StreamStore>
  /** Lets go of every store on the data and opens it anew, as after a restart. Leave it out if nothing outlives one. */
  reopen?(): Promise<StreamStore>
  /**
   * Cuts the connections of every store handed out, whatever is under way on them, as a network does. The stores reconnect
   * by themselves. Leave it out if there are none.
   */
  disconnect?(): void | Promise<void>
  /**
   * Takes away the first or the last piece of what is stored of a stream's text, behind the store's back, as a damaged disk
   * or an eviction does. Leave it out if the data cannot be reached but through the store.
   */
  loseText?(id: string, piece: 'first' | 'last'): void | Promise<void>
  /** Lets go of every store handed out, and of the data. */
  dispose(): Promise<void>
}

export interface StoreTestKitOptions {
  /** Called for each case. */
  create(): Promise<StoreTarget>
  /** The `pendingMs` that `create` gives its stores, in milliseconds. @default 1_200_000 (20 minutes) */
  readonly pendingMs?: number
  /** The lease that the cases ask for, in milliseconds. @default 15_000 */
  readonly leaseMs?: number
  /**
   * The keys of cases that this store cannot do. They are run all the same and must fail: a store that has learnt one
   * must take it off the list.
   */
  readonly omit?: readonly string[]
  /** Where the random cases start. A failure names it. @default a new one each time */
  readonly seed?: number
  /** How many random histories are played against the model. @default 40 */
  readonly runs?: number
}

/** One test, for any framework: it passes if `run` resolves and fails if it rejects. */
export interface StoreTestCase {
  /** Stable, for `omit`: the operation and the case, such as `append/repeated`. */
  readonly key: string
  /** What a reader of the test report sees. */
  readonly name: string
  run(): Promise<void>
}

/** What a case has to work with. */
export interface CaseContext extends StoreTarget {
  readonly leaseMs: number
  readonly pendingMs: number
  readonly seed: number
  readonly runs: number
  /** An id that was not used before. */
  id(): string
}

/** A case before it was bound to a store. */
export interface CaseDefinition {
  readonly key: string
  readonly name: string
  run(context: CaseContext): Promise<void>
}

import type { StreamStore } from '../store/stream-store'

/** An empty store to test, and its environment. */
export interface StoreTarget {
  readonly store: StreamStore
  /** Advances the clock that the store measures leases by. */
  advance(ms: number): void | Promise<void>
  /** Opens one more store on the same data, like another process. Without it, the cases use one store. */
  connect?(): Promise<StreamStore>
  /** Disposes every store on the data and opens a new one, like a restart. Leave it out if the data does not survive that. */
  reopen?(): Promise<StreamStore>
  /**
   * Cuts the connections of every open store, like a network failure, also with calls in flight. The stores reconnect by
   * themselves. Leave it out if there are no connections.
   */
  disconnect?(): void | Promise<void>
  /**
   * Deletes the first or the last stored chunk of a stream's text without the store, like a damaged disk or an eviction. Leave
   * it out if the data can only be reached through the store.
   */
  loseText?(id: string, chunk: 'first' | 'last'): void | Promise<void>
  /** Disposes every open store and deletes the data. */
  dispose(): Promise<void>
}

export interface StoreTestKitOptions {
  /** Creates the target of one case. */
  create(): Promise<StoreTarget>
  /** The `pendingMs` that `create` gives its stores, in milliseconds. @default 1_200_000 (20 minutes) */
  readonly pendingMs?: number
  /** The lease of the claims in the cases, in milliseconds. @default 15_000 */
  readonly leaseMs?: number
  /**
   * The keys of cases that this store cannot pass. They run too and must fail, so that the list stays up to date.
   */
  readonly omit?: readonly string[]
  /** The seed of the random cases. The message of a failure has it. @default a new one each time */
  readonly seed?: number
  /** How many random histories each random case plays. @default 40 */
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

/** What a case gets. */
export interface CaseContext extends StoreTarget {
  readonly leaseMs: number
  readonly pendingMs: number
  readonly seed: number
  readonly runs: number
  /** An id that was not used before. */
  id(): string
}

/** A case that is not bound to a store yet. */
export interface CaseDefinition {
  readonly key: string
  readonly name: string
  run(context: CaseContext): Promise<void>
}

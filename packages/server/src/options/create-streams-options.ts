import { type Environment, platformEnvironment } from '../environment'
import type { ReportListeners } from '../events'
import type { StreamStore } from '../store/stream-store'
import {
  callback,
  duration,
  flag,
  invalid,
  number,
  type OptionsOf,
  optionsFrom,
  pattern,
  type TableFor,
} from './check-options'

/** When text is written to the store. Whichever comes first counts. */
export interface FlushOptions {
  /** Writes at the end of a sentence, but not within this time after the last write, in milliseconds. @default 100 */
  readonly sentenceMs?: number
  /** The longest time that text waits, in milliseconds. @default 250 */
  readonly intervalMs?: number
  /** Writes as soon as this much text waits, in UTF-16 code units. @default 4096 */
  readonly maxLength?: number
  /** Matches the end of a sentence in each text that is appended. @default /[.!?。！？\n]/ */
  readonly sentenceEnd?: RegExp
  /**
   * Matches text that is written at once, because somebody waits for it, in each text that is appended. @default a mark about a
   * tool call (docs/marks.md)
   */
  readonly atOnce?: RegExp
}

/** The options of `createStreams`. Durations are at most 2_147_483_647 ms, the longest time of a timer. */
export interface CreateStreamsOptions extends Partial<ReportListeners> {
  /** Where the streams are kept. `close()` disposes the store, unless `keepsStore` is `true`. */
  readonly store: StreamStore
  /** Leaves the store open on `close()`, because something else uses it too. @default false */
  readonly keepsStore?: boolean
  /** When text is written to the store. */
  readonly flush?: FlushOptions
  /**
   * How long a process may write nothing to the store while it runs a producer, in milliseconds. A living process sends a
   * heartbeat every third of this, however long the producer thinks. After this time readers see `isStalled`. After twice this
   * time the stream becomes `timeout`. Keep it longer than half of the longest pause of your event loop, and longer than the
   * store's own time limit. @default 8_000
   */
  readonly leaseMs?: number
  /** The longest text, in UTF-16 code units. A longer one ends as `error`, and is kept up to here. @default 4_194_304 */
  readonly maxLength?: number
  /** How long a drive response waits until the end is stored, in milliseconds. Then it fails, and the run keeps trying. @default 10_000 */
  readonly settleMs?: number
  /** How long `close()` waits for runs to finish, in milliseconds. @default 30_000 */
  readonly drainMs?: number
  /** How often an event stream without text gets a keep-alive comment, in milliseconds. @default 8_000 */
  readonly keepAliveMs?: number
  /**
   * After about this time (± 20 %), in milliseconds, the event stream of a follower is closed. The client opens it again, and
   * it is authorized again. @default 60_000
   */
  readonly rolloverMs?: number
  /**
   * Compresses finished text with gzip for clients that accept it: one-shot reads, and streams that have ended. Text that
   * grows is never compressed. Turn it off if a proxy compresses better, or where processor time is scarcer than
   * bandwidth. @default true
   */
  readonly compress?: boolean
  /** Called with what happens, for metrics. If it throws, nothing else is disturbed. */
  readonly onEvent?: NonNullable<ReportListeners['onEvent']>
  /**
   * Called with the causes of failures, which readers never see. While the store is down, it is called once for each different
   * error, at most 10 times: see the events `store-failed` and `store-recovered`. @default writes them to the console
   */
  readonly onError?: NonNullable<ReportListeners['onError']>
  /** The clock and the timers. @default the platform's */
  readonly environment?: Environment
}

const storeActs: readonly (keyof StreamStore)[] = [
  ...(['create', 'claim', 'append', 'beat', 'close', 'requestStop', 'expire'] as const),
  ...(['delete', 'sweep', 'read', 'readMeta', 'list', 'heads', 'watch', 'dispose'] as const),
]

const flushTable = {
  sentenceMs: duration(100, 0),
  intervalMs: duration(250, 0),
  maxLength: number(4_096, 1),
  sentenceEnd: pattern(/[.!?。！？\n]/),
  // A mark begins with U+001E, and a chunk of the AI SDK with its type.
  atOnce: pattern(/\p{Cc}\{"type":"tool-/u),
} satisfies TableFor<FlushOptions>

/** The name, the check and the default of each option. */
const table = {
  store(given) {
    const store = given as StreamStore | undefined
    const missing = storeActs.find((act) => typeof store?.[act] !== 'function')
    if (store !== undefined && missing === undefined) return store
    return invalid('store', `it has no method '${missing}'; pass memoryStore() or sqliteStore({ path }), for example`)
  },
  keepsStore: flag,
  flush: (given = {}, name) =>
    optionsFrom(given, flushTable, 'pass an object such as { intervalMs: 250 }, or leave it out', name),
  leaseMs: duration(8_000, 1),
  maxLength: number(4_194_304, 1),
  settleMs: duration(10_000, 0),
  drainMs: duration(30_000, 0),
  keepAliveMs: duration(8_000, 1),
  rolloverMs: duration(60_000, 1),
  compress: (given = true, name) => flag(given, name),
  onEvent: callback<ReportListeners['onEvent']>(),
  onError: callback<ReportListeners['onError']>(),
  environment: (given) => (given as Environment | undefined) ?? platformEnvironment,
} satisfies TableFor<CreateStreamsOptions>

export type ResolvedOptions = OptionsOf<typeof table>

/** Checks the options once, and copies them. */
export function resolveOptions(given: CreateStreamsOptions): ResolvedOptions {
  return optionsFrom(given, table, 'call createStreams({ store })')
}

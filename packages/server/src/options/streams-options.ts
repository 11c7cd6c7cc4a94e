import { type Environment, platformEnvironment } from '../environment'
import type { ReportListeners } from '../events'
import type { StreamStore } from '../store/stream-store'
import { checkNames, checkObject, durationFrom, invalid, numberFrom } from './check-options'

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
}

/** The options of `createStreams`. Durations are at most 2_147_483_647 ms, the longest time of a timer. */
export interface StreamsOptions extends Partial<ReportListeners> {
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

export type ResolvedOptions = ReportListeners & {
  readonly [Name in Exclude<keyof StreamsOptions, 'flush' | 'onEvent' | 'onError'>]-?: NonNullable<StreamsOptions[Name]>
} & { readonly flush: Required<FlushOptions> }

const storeActs: readonly (keyof StreamStore)[] = [
  ...(['create', 'claim', 'append', 'beat', 'close', 'requestStop', 'expire'] as const),
  ...(['delete', 'sweep', 'read', 'readMeta', 'heads', 'watch', 'dispose'] as const),
]

const names: readonly (keyof StreamsOptions)[] = [
  ...(['store', 'keepsStore', 'flush', 'leaseMs', 'maxLength', 'settleMs', 'drainMs'] as const),
  ...(['keepAliveMs', 'rolloverMs', 'onEvent', 'onError', 'environment'] as const),
]

/** Checks the options once, and copies them. */
export function resolveOptions(given: StreamsOptions): ResolvedOptions {
  checkObject('options', given, 'call createStreams({ store })')
  const { store, flush = {} } = given
  checkNames('', given, names)
  checkObject('flush', flush, 'pass an object such as { intervalMs: 250 }, or leave it out')
  checkNames('flush.', flush, ['sentenceMs', 'intervalMs', 'maxLength', 'sentenceEnd'])
  const missing = storeActs.find((act) => typeof store?.[act] !== 'function')
  if (missing)
    invalid('store', `it has no method '${missing}'; pass memoryStore() or sqliteStore({ path }), for example`)
  for (const listener of ['onEvent', 'onError'] as const) {
    if (given[listener] !== undefined && typeof given[listener] !== 'function') invalid(listener, 'pass a function')
  }
  const sentenceEnd = flush.sentenceEnd ?? /[.!?。！？\n]/
  if (!(sentenceEnd instanceof RegExp)) invalid('flush.sentenceEnd', 'pass a RegExp')
  return {
    store,
    keepsStore: given.keepsStore ?? false,
    flush: {
      sentenceMs: durationFrom('flush.sentenceMs', flush.sentenceMs, 100, 0),
      intervalMs: durationFrom('flush.intervalMs', flush.intervalMs, 250, 0),
      maxLength: numberFrom('flush.maxLength', flush.maxLength, 4_096, 1),
      // With `g` or `y` a regular expression remembers where it was and misses every other sentence.
      sentenceEnd: new RegExp(sentenceEnd.source, sentenceEnd.flags.replace(/[gy]/g, '')),
    },
    leaseMs: durationFrom('leaseMs', given.leaseMs, 8_000, 1),
    maxLength: numberFrom('maxLength', given.maxLength, 4_194_304, 1),
    settleMs: durationFrom('settleMs', given.settleMs, 10_000, 0),
    drainMs: durationFrom('drainMs', given.drainMs, 30_000, 0),
    keepAliveMs: durationFrom('keepAliveMs', given.keepAliveMs, 8_000, 1),
    rolloverMs: durationFrom('rolloverMs', given.rolloverMs, 60_000, 1),
    onEvent: given.onEvent,
    onError: given.onError,
    environment: given.environment ?? platformEnvironment,
  }
}

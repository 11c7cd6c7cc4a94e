import { type Environment, platformEnvironment } from '../environment'
import type { ReportListeners } from '../events'
import type { StreamStore } from '../store/stream-store'
import { checkNames, checkObject, durationFrom, invalid, numberFrom } from './check-options'

/** When text is written to the store. Whatever comes first counts. */
export interface FlushOptions {
  /** A sentence end is stored at once, but not within this time of the last slice. @default 100 */
  readonly sentenceMs?: number
  /** Text waits at most this long. @default 250 */
  readonly intervalMs?: number
  /** So much text does not wait, in UTF-16 code units. @default 4096 */
  readonly maxLength?: number
  /** What ends a sentence; looked for in each piece as it is appended. @default /[.!?。！？\n]/ */
  readonly sentenceEnd?: RegExp
}

/** Durations are at most 2_147_483_647 ms, which is as long as a timer can wait. */
export interface StreamsOptions extends Partial<ReportListeners> {
  /** Where the streams are kept. `close()` disposes of it, unless `keepsStore`. */
  readonly store: StreamStore
  /** Leave the store open on `close()`, because something else uses it too. @default false */
  readonly keepsStore?: boolean
  readonly flush?: FlushOptions
  /**
   * How long a process that runs a producer may be silent towards the store, in milliseconds. While it lives it beats every
   * third of this by itself, however long the producer thinks. When it is over, readers are told that nobody writes; once it
   * has been over for as long again, the stream becomes `timeout`. A process whose event loop stands still for two leases
   * counts as dead, so keep this above the longest pause of yours, and above the store's own time limit. @default 8_000
   */
  readonly leaseMs?: number
  /** The longest text, in UTF-16 code units. Beyond it the status is `error`, and the text up to it is kept. @default 4_194_304 */
  readonly maxLength?: number
  /** How long a drive response waits for the end to be stored before it is cut. The run goes on trying. @default 10_000 */
  readonly settleMs?: number
  /** How long `close()` lets runs finish. @default 30_000 */
  readonly drainMs?: number
  /** How often a quiet event stream gets a comment. @default 8_000 */
  readonly keepAliveMs?: number
  /** After about so long (± 20 %) a followed event stream is closed, to be opened and authorized again. @default 60_000 */
  readonly rolloverMs?: number
  /** Told what goes on, for metrics. A listener that throws disturbs nothing. */
  readonly onEvent?: NonNullable<ReportListeners['onEvent']>
  /** Told the causes that readers never see. @default writes them to the console */
  readonly onError?: NonNullable<ReportListeners['onError']>
  /** Clock and timers. @default the platform's */
  readonly environment?: Environment
}

export type ResolvedOptions = ReportListeners & {
  readonly [Name in Exclude<keyof StreamsOptions, 'flush' | 'onEvent' | 'onError'>]-?: NonNullable<StreamsOptions[Name]>
} & { readonly flush: Required<FlushOptions> }

const storeActs: readonly (keyof StreamStore)[] = [
  ...(['create', 'claim', 'append', 'beat', 'close', 'requestStop', 'expire'] as const),
  ...(['delete', 'sweep', 'read', 'heads', 'watch', 'dispose'] as const),
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

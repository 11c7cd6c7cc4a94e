import { type AskStore, createAskStore } from './ask-store'
import { createBreather } from './breather'
import { createExpiry, type Expiry } from './expiry'
import { createHub, type Hub } from './hub'
import { type ResolvedOptions, resolveOptions, type StreamsOptions } from './options'
import { createReport, type Report } from './report'
import { createRuns, type Runs } from './runs'

/** The parts of one `createStreams`, wired together. */
export interface Runtime {
  readonly options: ResolvedOptions
  readonly report: Report
  readonly ask: AskStore
  readonly expiry: Expiry
  readonly hub: Hub
  readonly runs: Runs
  /** `close()` has ended everything. */
  readonly isClosed: boolean
  /** From now on nothing is asked of the store. */
  shut(): void
}

export function createRuntime(given: StreamsOptions): Runtime {
  let isClosed = false
  const options = resolveOptions(given)
  const report = createReport(options)
  const expiry = createExpiry({ ...options, report, isProducedHere: (id) => runs.isProducing(id) })
  const ask = createAskStore(report, expiry, options.environment, () => isClosed)
  const shared = { ...options, report, expiry, ask }
  const hub = createHub(shared)
  const runs: Runs = createRuns({ ...shared, hub, breathe: createBreather(options.environment) })
  return {
    options,
    report,
    ask,
    expiry,
    hub,
    runs,
    get isClosed() {
      return isClosed
    },
    shut() {
      isClosed = true
    },
  }
}

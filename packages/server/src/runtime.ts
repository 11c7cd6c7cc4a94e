import { type AskStore, createAskStore } from './ask-store'
import { createBreather } from './breather'
import { createExpiry, type Expiry } from './expiry'
import { createHub, type Hub } from './hub'
import { createLapseWatch } from './lapse-watch'
import { type ResolvedOptions, resolveOptions, type StreamsOptions } from './options'
import { createReport, type Report } from './report'
import { createRuns, type Runs } from './runs'
import { createStoreHealth, type StoreHealth } from './store-health'

/** The parts of one `createStreams`, wired together. */
export interface Runtime {
  readonly options: ResolvedOptions
  readonly report: Report
  readonly ask: AskStore
  readonly expiry: Expiry
  readonly health: StoreHealth
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
  const { leaseMs, environment } = options
  const health = createStoreHealth(leaseMs, environment)
  const expiry = createExpiry({
    ...options,
    report,
    health,
    isProducedHere: (id) => runs.isProducing(id),
    onUndecided: (id) => lapses.watch(id),
    takeUp: (id) => runs.takeUp(id),
    graceMs: () => (runs.canResume ? leaseMs : 0),
  })
  const ask = createAskStore(report, health, environment, () => isClosed)
  const shared = { ...options, report, expiry, health, ask }
  const hub = createHub(shared)
  const lapses = createLapseWatch(hub, leaseMs, environment)
  const runs: Runs = createRuns({ ...shared, hub, breathe: createBreather(environment) })
  return {
    options,
    report,
    ask,
    expiry,
    health,
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

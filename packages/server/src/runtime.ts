import { createReport, type Report } from './events'
import { type ResolvedOptions, resolveOptions, type StreamsOptions } from './options/streams-options'
import { type CallStore, createCallStore } from './reading/call-store'
import { createExpiry, type Expiry } from './reading/expiry'
import { createExpiryRecheck } from './reading/expiry-recheck'
import { createHub, type Hub } from './reading/hub'
import { createStoreHealth, type StoreHealth } from './reading/store-health'
import { createRuns, type Runs } from './run/runs'
import { checkedStore } from './store/checked-store'
import { createEventLoopYield } from './timing/event-loop-yield'

/** The parts of one `createStreams`, connected with each other. */
export interface Runtime {
  readonly options: ResolvedOptions
  readonly report: Report
  readonly callStore: CallStore
  readonly expiry: Expiry
  readonly health: StoreHealth
  readonly hub: Hub
  readonly runs: Runs
  /** `close()` has finished. */
  readonly isClosed: boolean
  /** From now on the store is not called. */
  shut(): void
}

export function createRuntime(given: StreamsOptions): Runtime {
  let isClosed = false
  const resolved = resolveOptions(given)
  const report = createReport(resolved)
  const store = checkedStore(resolved.store, (error, id) => report.error(error, { id, source: 'store' }))
  const options = { ...resolved, store }
  const { leaseMs, environment } = options
  const health = createStoreHealth(leaseMs, environment)
  const expiry = createExpiry({
    ...options,
    report,
    health,
    isProducedHere: (id) => runs.isProducing(id),
    onUndecided: (id) => expiryRecheck.recheck(id),
    resume: (id) => runs.resume(id),
    graceMs: () => (runs.canResume ? leaseMs : 0),
  })
  const callStore = createCallStore(report, health, environment, () => isClosed)
  const shared = { ...options, report, expiry, health, callStore }
  const hub = createHub({ ...shared, readStored: (id, offset, max) => runs.readStored(id, offset, max) })
  const expiryRecheck = createExpiryRecheck(hub, leaseMs, environment)
  const runs: Runs = createRuns({ ...shared, hub, yieldToEventLoop: createEventLoopYield(environment) })
  return {
    options,
    report,
    callStore,
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

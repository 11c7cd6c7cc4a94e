import { createReport, type Report } from './events'
import { type ResolvedOptions, resolveOptions, type StreamsOptions } from './options/streams-options'
import { createExpiry, type Expiry } from './reading/expiry'
import { createExpiryRecheck } from './reading/expiry-recheck'
import { createHub, type Hub } from './reading/hub'
import { monitoredStore } from './reading/monitored-store'
import { createStoreHealth } from './reading/store-health'
import { createRuns, type Runs } from './run/runs'
import { createEventLoopYield } from './timing/event-loop-yield'

/** The parts of one `createStreams`, connected with each other. */
export interface Runtime {
  /** With the store that times and reports every call. */
  readonly options: ResolvedOptions
  readonly report: Report
  readonly expiry: Expiry
  readonly hub: Hub
  readonly runs: Runs
  /** `close()` has finished. */
  readonly isClosed: boolean
  /** Disposes the store. From now on it is not called. */
  shut(): Promise<void>
}

export function createRuntime(given: StreamsOptions): Runtime {
  let isClosed = false
  const resolved = resolveOptions(given)
  const report = createReport(resolved)
  const { leaseMs, environment } = resolved
  const health = createStoreHealth(leaseMs, environment)
  const options = { ...resolved, store: monitoredStore({ ...resolved, report, health }) }
  const expiry = createExpiry({
    ...options,
    report,
    health,
    isProducedHere: (id) => runs.isProducing(id),
    onUndecided: (id) => expiryRecheck.recheck(id),
    resume: (id) => runs.resume(id),
    graceMs: () => (runs.canResume ? leaseMs : 0),
  })
  const shared = { ...options, report, expiry, health }
  const hub = createHub({ ...shared, readStored: (id, offset, max) => runs.readStored(id, offset, max) })
  const expiryRecheck = createExpiryRecheck(hub, leaseMs, environment)
  const runs: Runs = createRuns({ ...shared, hub, yieldToEventLoop: createEventLoopYield(environment) })
  return {
    options,
    report,
    expiry,
    hub,
    runs,
    get isClosed() {
      return isClosed
    },
    shut() {
      isClosed = true
      return options.store.dispose()
    },
  }
}

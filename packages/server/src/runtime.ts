import { createReport, type Report } from './events'
import { createExpiry, type Expiry } from './heads/expiry'
import { createExpiryRecheck } from './heads/expiry-recheck'
import { createHeads, type Heads } from './heads/heads'
import { createStoreHealth } from './heads/store-health'
import { type CreateStreamsOptions, type ResolvedOptions, resolveOptions } from './options/create-streams-options'
import { createHub, type Hub } from './reading/hub'
import { monitoredStore } from './reading/monitored-store'
import { createRuns, type Runs } from './run/runs'
import { createEventLoopYield } from './timing/event-loop-yield'

/** The parts of one `createStreams`, connected with each other. */
export interface Runtime {
  /** With the store that times and reports every call. */
  readonly options: ResolvedOptions
  readonly report: Report
  readonly expiry: Expiry
  readonly heads: Heads
  readonly hub: Hub
  readonly runs: Runs
  /** `close()` has finished. */
  readonly isClosed: boolean
  /** Disposes the store. From now on it is not called. */
  shut(): Promise<void>
}

export function createRuntime(given: CreateStreamsOptions): Runtime {
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
  const heads = createHeads({ store: options.store, environment, expiry, health, leaseMs })
  const expiryRecheck = createExpiryRecheck(heads, leaseMs, environment)
  const shared = { ...options, report, expiry, health, heads }
  const runs: Runs = createRuns({ ...shared, yieldToEventLoop: createEventLoopYield(environment) })
  const hub = createHub({ ...shared, readStored: runs.readStored })
  return {
    options,
    report,
    expiry,
    heads,
    hub,
    runs,
    get isClosed() {
      return isClosed
    },
    shut() {
      isClosed = true
      expiryRecheck.close()
      heads.close()
      return options.store.dispose()
    },
  }
}

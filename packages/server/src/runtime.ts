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
  readonly expiry: Expiry
  readonly hub: Hub
  readonly runs: Runs
}

export function createRuntime(given: StreamsOptions): Runtime {
  const options = resolveOptions(given)
  const report = createReport(options)
  const shared = { ...options, report }
  const expiry = createExpiry({ ...shared, isProducedHere: (id) => runs.isProducing(id) })
  const hub = createHub({ ...shared, expiry })
  const runs: Runs = createRuns({ ...shared, expiry, hub, breathe: createBreather(options.environment) })
  return { options, report, expiry, hub, runs }
}

import type { Environment } from '../environment'
import type { ErrorContext, Report } from '../events'

/** Reports an outage of the store once, however many calls fail during it. */
export interface StoreOutage {
  failed(cause: unknown, context: ErrorContext): void
  responded(): void
}

/** How many different errors of one outage are reported. */
const maxErrors = 10

/**
 * An outage begins with the first call that fails. It is over once the store has responded and no call has failed for
 * `leaseMs`. The next call notices that, so no timer is needed.
 */
export function createStoreOutage(leaseMs: number, environment: Environment, report: Report): StoreOutage {
  let outage: { readonly messages: Set<string>; failures: number; failedAt: number; hasResponded: boolean } | undefined

  return {
    failed(cause, context) {
      endIfOver()
      if (!outage) report.event({ type: 'store-failed' })
      outage ??= { messages: new Set(), failures: 0, failedAt: 0, hasResponded: false }
      outage.failures++
      outage.failedAt = environment.now()
      outage.hasResponded = false
      const message = String(cause)
      if (outage.messages.has(message) || outage.messages.size === maxErrors) return
      outage.messages.add(message)
      report.error(cause, context)
    },
    responded() {
      if (!outage) return
      outage.hasResponded = true
      endIfOver()
    },
  }

  function endIfOver(): void {
    if (!outage?.hasResponded || environment.now() - outage.failedAt < leaseMs) return
    report.event({ type: 'store-recovered', failures: outage.failures })
    outage = undefined
  }
}

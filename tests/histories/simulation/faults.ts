/** What the network between a process and the store does to one call. */
export interface Faults {
  /** Whether any requests or responses are lost. */
  readonly isLossy: boolean
  /** How long a request takes, in milliseconds. */
  requestMs(): number
  responseMs(): number
  losesRequest(): boolean
  losesResponse(): boolean
  losesNotification(): boolean
  notificationMs(): number
}

/** @param random numbers from 0 up to, not including, 1 */
export function createFaults(random: () => number): Faults {
  // Histories differ in severity. In a few of them nothing fails, so that any bad ending there is a bug.
  const loss = pick([0, 0.01, 0.05, 0.15])
  const slowness = pick([0, 0.1, 0.4])
  const lostNotifications = pick([0, 0.1, 0.5, 1])
  const delay = () => (random() < slowness ? Math.floor(random() ** 3 * 600) : 0)
  return {
    isLossy: loss > 0,
    requestMs: delay,
    responseMs: delay,
    losesRequest: () => random() < loss / 2,
    losesResponse: () => random() < loss / 2,
    losesNotification: () => random() < lostNotifications,
    notificationMs: () => Math.floor(random() * 60),
  }

  function pick(values: readonly number[]): number {
    return values[Math.floor(random() * values.length)] ?? 0
  }
}

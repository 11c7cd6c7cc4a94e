/** What the way to the store does to one act. */
export interface Faults {
  /** Whether it loses requests or answers at all. */
  readonly isLossy: boolean
  /** How long a request takes, in milliseconds. */
  requestMs(): number
  answerMs(): number
  losesRequest(): boolean
  losesAnswer(): boolean
  losesHint(): boolean
  hintMs(): number
}

/** @param random numbers from 0 up to, not including, 1 */
export function createFaults(random: () => number): Faults {
  // How bad it is differs from history to history: in a few everything works, so that whatever ends badly is noticed.
  const loss = pick([0, 0.01, 0.05, 0.15])
  const slowness = pick([0, 0.1, 0.4])
  const hints = pick([0, 0.1, 0.5, 1])
  const delay = () => (random() < slowness ? Math.floor(random() ** 3 * 600) : 0)
  return {
    isLossy: loss > 0,
    requestMs: delay,
    answerMs: delay,
    losesRequest: () => random() < loss / 2,
    losesAnswer: () => random() < loss / 2,
    losesHint: () => random() < hints,
    hintMs: () => Math.floor(random() * 60),
  }

  function pick(values: readonly number[]): number {
    return values[Math.floor(random() * values.length)] ?? 0
  }
}

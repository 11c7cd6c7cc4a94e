export interface LivenessProbeOptions {
  /** Has a message of our own sent to whoever listens, this process among them. */
  readonly send: () => Promise<unknown>
  /** Nothing was heard of it. Called once, and nothing after it. */
  readonly onSilent: () => void
  /** How long nothing need be heard before it is asked for, in milliseconds. @default 5_000 */
  readonly everyMs?: number
  /** How long a message may be under way once it was sent, in milliseconds. @default 2_000 */
  readonly waitMs?: number
}

export interface LivenessProbe {
  /** Something was heard, whatever it was. */
  heard(): void
  stop(): void
}

/**
 * Proves that a subscription still hears: a connection may die without a word, and nothing is as quiet as one on which
 * nothing happens. Asks at once, and whenever nothing was heard for a while. A message that cannot be sent proves nothing.
 */
export function createLivenessProbe({
  send,
  onSilent,
  everyMs = 5_000,
  waitMs = 2_000,
}: LivenessProbeOptions): LivenessProbe {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  /** Counts what was heard and asked: a message that was sent for an older question proves nothing about this one. */
  let turn = 0

  void ask()
  return { heard: rest, stop }

  async function ask(): Promise<void> {
    turn += 1
    const mine = turn
    const isSent = await send().then(
      () => true,
      () => false,
    )
    if (isOver || mine !== turn) return
    if (!isSent) rest()
    else timer = setTimeout(silent, waitMs)
  }

  function rest(): void {
    if (isOver) return
    turn += 1
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), everyMs)
  }

  function silent(): void {
    stop()
    onSilent()
  }

  function stop(): void {
    isOver = true
    clearTimeout(timer)
  }
}

export interface LivenessProbeOptions {
  /** Sends a message to all subscribers, this process among them. */
  readonly send: () => Promise<unknown>
  /** The message did not arrive. Called at most once, and the probe stops then. */
  readonly onSilent: () => void
  /** How long the subscription may be silent before a message is sent, in milliseconds. @default 5_000 */
  readonly everyMs?: number
  /** How long a sent message may take to arrive, in milliseconds. @default 2_000 */
  readonly waitMs?: number
}

export interface LivenessProbe {
  /** Call it for every message that arrives. */
  received(): void
  stop(): void
}

/**
 * Checks that a subscription still receives messages: a connection may die without an error and then looks like an idle
 * one. Sends a message at once, and again after each silence. If a message cannot be sent, that proves nothing.
 */
export function createLivenessProbe({
  send,
  onSilent,
  everyMs = 5_000,
  waitMs = 2_000,
}: LivenessProbeOptions): LivenessProbe {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  /** Goes up with each send and each message that arrives, so that the result of an older send is ignored. */
  let round = 0

  void check()
  return { received: wait, stop }

  async function check(): Promise<void> {
    round += 1
    const mine = round
    const isSent = await send().then(
      () => true,
      () => false,
    )
    if (isOver || mine !== round) return
    if (!isSent) wait()
    else timer = setTimeout(silent, waitMs)
  }

  function wait(): void {
    if (isOver) return
    round += 1
    clearTimeout(timer)
    timer = setTimeout(() => void check(), everyMs)
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

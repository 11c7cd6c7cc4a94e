import { useEffect, useEffectEvent } from 'react'

const intervalMs = 2_000

/**
 * Calls `poll` at once, every two seconds while the page is visible, and when it becomes visible again. A new `key` starts
 * over and aborts the poll in flight.
 */
export function usePolling(key: string, poll: (signal: AbortSignal) => Promise<void>): void {
  const onPoll = useEffectEvent(poll)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key identifies the polled data
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const run = async () => {
      clearTimeout(timer)
      if (document.hidden) return
      await onPoll(abort.signal)
      if (!abort.signal.aborted) timer = setTimeout(run, intervalMs)
    }
    void run()
    document.addEventListener('visibilitychange', run)
    return () => {
      abort.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', run)
    }
  }, [key])
}

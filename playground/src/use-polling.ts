import { useEffect, useEffectEvent } from 'react'

const intervalMs = 2_000

/**
 * Calls `look` at once, every two seconds while the page is seen, and when it is seen again. A new `key` starts over and
 * aborts the look that is under way.
 */
export function usePolling(key: string, look: (signal: AbortSignal) => Promise<void>): void {
  const onLook = useEffectEvent(look)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what is looked at
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const run = async () => {
      clearTimeout(timer)
      if (document.hidden) return
      await onLook(abort.signal)
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

import type { StreamStore } from '../../src'

export interface Call {
  readonly act: keyof StreamStore
  readonly args: readonly unknown[]
}

export interface SpyStore extends StreamStore {
  /** Every act, in the order it was asked for. */
  readonly calls: Call[]
  of<Act extends keyof StreamStore>(act: Act): Parameters<StreamStore[Act]>[]
  /** Watches that were not undone. */
  readonly watches: number
  /**
   * What to do in place of an act: reject, wait, or call `pass` for the real thing. Without an entry the act passes.
   */
  readonly instead: {
    [Act in keyof StreamStore]?: (pass: () => ReturnType<StreamStore[Act]>) => ReturnType<StreamStore[Act]>
  }
}

/** A store in between that counts and can be made to fail. */
export function spyStore(store: StreamStore): SpyStore {
  const calls: Call[] = []
  const instead: Record<string, ((pass: () => unknown) => unknown) | undefined> = {}
  let watches = 0

  const spy = {
    calls,
    instead,
    of: (act: string) => calls.filter((call) => call.act === act).map(({ args }) => args),
    get watches() {
      return watches
    },
  }
  return new Proxy(spy as unknown as SpyStore, {
    get(target, act, receiver) {
      if (act in target) return Reflect.get(target, act, receiver)
      const real = Reflect.get(store, act)
      if (typeof real !== 'function') return real
      return (...args: unknown[]) => {
        calls.push({ act: act as keyof StreamStore, args })
        if (act === 'watch') {
          watches++
          const undo = real.apply(store, args) as () => void
          return () => {
            watches--
            undo()
          }
        }
        const pass = () => real.apply(store, args)
        return instead[act as string]?.(pass) ?? pass()
      }
    },
  })
}

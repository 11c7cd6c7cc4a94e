import type { StreamStore } from '../../src'

export interface Call {
  readonly act: keyof StreamStore
  readonly args: readonly unknown[]
}

export interface SpyStore extends StreamStore {
  /** Every call, in order. */
  readonly calls: Call[]
  of<Act extends keyof StreamStore>(act: Act): Parameters<StreamStore[Act]>[]
  /** The number of active watches. */
  readonly watches: number
  /** Replaces a method: it may reject, wait, or call the real method with `pass`. Other methods are not changed. */
  readonly instead: {
    [Act in keyof StreamStore]?: (pass: () => ReturnType<StreamStore[Act]>) => ReturnType<StreamStore[Act]>
  }
}

/** Wraps a store, counts its calls, and can make them fail. */
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
          const unwatch = real.apply(store, args) as () => void
          return () => {
            watches--
            unwatch()
          }
        }
        const pass = () => real.apply(store, args)
        return instead[act as string]?.(pass) ?? pass()
      }
    },
  })
}

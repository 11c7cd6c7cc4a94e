import { afterAll, expect, vi } from 'vitest'

/**
 * The test files of a project share one page. So each file fails that leaves an element, a listener of the page or fake
 * timers behind: a component that is still mounted would answer to the events of later tests.
 */
const listening = new Map<string, number>()
const places = { window: globalThis, document }
const counting = Object.entries(places).map(([name, target]) => count(name, target))

afterAll(() => {
  for (const stop of counting) stop()
  const left = Object.fromEntries([...listening].filter(([event, number]) => number > 0 && !frameworks.has(event)))
  expect(left, 'listeners are left').toEqual({})
  expect(document.body.innerHTML, 'elements are left').toBe('')
  expect(vi.isFakeTimers(), 'fake timers are left').toBe(false)
})

/** React listens once, for as long as the page lives. */
const frameworks = new Set(['document selectionchange'])

/** Counts the listeners that are added from now on and still listen. Returns a function that ends the count. */
function count(name: string, target: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>): () => void {
  const { addEventListener, removeEventListener } = target
  const known = new Map<string, Set<unknown>>()
  const listenersOf = (type: string) => known.get(type) ?? known.set(type, new Set()).get(type) ?? new Set()
  function change(type: string, act: (listeners: Set<unknown>) => void) {
    const listeners = listenersOf(type)
    act(listeners)
    listening.set(`${name} ${type}`, listeners.size)
  }
  target.addEventListener = (type: string, listener: EventListener, options?: AddEventListenerOptions | boolean) => {
    addEventListener.call(target, type, listener, options)
    change(type, (listeners) => listeners.add(listener))
    const signal = typeof options === 'object' ? options.signal : undefined
    signal?.addEventListener('abort', () => change(type, (listeners) => listeners.delete(listener)))
  }
  target.removeEventListener = (type: string, listener: EventListener, options?: EventListenerOptions | boolean) => {
    removeEventListener.call(target, type, listener, options)
    change(type, (listeners) => listeners.delete(listener))
  }
  return () => Object.assign(target, { addEventListener, removeEventListener })
}

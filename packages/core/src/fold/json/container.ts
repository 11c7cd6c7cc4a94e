import { append, type List, toArray } from '../list'

/** An object or an array that has not closed, or the text itself: an array around its only value. */
export interface Container {
  readonly parent?: Container
  /** Its key in the parent, if that is an object. */
  readonly key: string
  readonly isObject: boolean
  /** Its finished values, or the entries of an object. */
  readonly children: List<unknown>
}

interface Shown {
  readonly value: object
  /** The unfinished value in it. */
  readonly child: unknown
}

const shown = new WeakMap<Container, Shown>()

/** The object or array with its finished values, and with the one that is open. While neither changes, it is the same object. */
export function containerValue(container: Container, child?: unknown, key?: string): object {
  const last = shown.get(container)
  if (last && last.child === child) return last.value
  const closed = toArray(container.children)
  const children = child === undefined ? closed : [...closed, container.isObject ? [key, child] : child]
  // Entries become the object's own properties, whatever their names.
  const value = container.isObject ? Object.fromEntries(children as [string, unknown][]) : children
  shown.set(container, { value, child })
  return value
}

/** The container with one more finished value. If it was shown with this value already, it is shown as the same object. */
export function withValue(container: Container, value: unknown, key?: string): Container {
  const next = { ...container, children: append(container.children, container.isObject ? [key, value] : value) }
  const last = shown.get(container)
  if (last && last.child === value) shown.set(next, { value: last.value, child: undefined })
  return next
}

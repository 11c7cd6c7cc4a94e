import type { Append } from './producer'
import type { Run } from './run'

const atOnce = Promise.resolve()

/** The `append` of a producer. */
export function appendTo(run: Run): Append {
  const append = (text: string) => run.append(text) ?? atOnce
  const rewind = (offset: number) => run.rewind(offset) ?? atOnce
  // A getter, so that it is the length at the moment.
  return Object.defineProperty(Object.assign(append, { rewind }), 'offset', { get: () => run.length }) as never
}

import {
  type AttachOptions,
  initialStreamState,
  keepClient,
  type StreamClient,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import { getAllContexts } from 'svelte'
import { derived, get, type Readable, readable } from 'svelte/store'

/** `driven`: this component's user asked for the text. `initial`: what the page was rendered with, whole. */
export type UseStreamOptions = AttachOptions

/** A store of the state, `$reply.text`, and what can be done about it, `reply.stop()`. */
export type UseStreamResult = Readable<StreamState> & Pick<TextStream, 'stop' | 'retry'>

/**
 * Shows a stream, and reads it while the store has a subscriber: `$reply` in a component subscribes, and leaves with it.
 *
 * A stream is its id: new options from a store restart nothing, a new id starts from nothing in the same render, and
 * `undefined` shows nothing yet. On a server, and first when it starts in a browser, it shows this store's own `initial`.
 *
 * The client is the one of the component's set-up. Called again later (in a `$derived`), it keeps the client that an id was
 * first shown with there: make a client once, outside of components.
 */
export function useStream(
  client: StreamClient,
  id: string | undefined | Readable<string | undefined>,
  options: UseStreamOptions | Readable<UseStreamOptions> = {},
): UseStreamResult {
  const place = placeAfterSetUp()
  const kept = place ? keepClient(place, typeof id === 'string' ? id : undefined, client) : client

  // Which stream, and what a server showed of it.
  let isNew = true
  const wish = derived([toReadable(id), toReadable(options)], ([id, { driven, initial }]) => {
    const known = id === undefined ? undefined : initial // the text of no stream
    return [kept.stream(id, { initial: isNew ? known : undefined }), driven, known] as const
  })

  // What is shown of it, and reading it.
  const { subscribe } = readable(initialStreamState(), (set) => {
    let current: readonly unknown[] = []
    let read: readonly unknown[] = []
    let leave = () => {}
    const forget = wish.subscribe((next) => {
      const [stream, driven, initial] = next
      if (typeof window === 'undefined') return set(initialStreamState(initial))
      const [before] = current
      current = next
      const start = () => {
        if (current !== next || (stream === read[0] && driven === read[1])) return
        leave()
        read = next
        leave = stream.subscribe(set, { driven, initial })
      }
      if (before) {
        if (stream !== before) {
          leave()
          read = []
          set(stream.$state.get())
        }
        // Two stores bring a new id and its own `initial`, one after the other: until both are there, nothing is read.
        return queueMicrotask(start)
      }
      start()
      if (!isNew || !initial) return
      // What is hydrated must look as the server left it, and only then move on.
      set(initialStreamState(initial))
      queueMicrotask(() => read === next && set(stream.$state.get()))
    })
    isNew = false
    return () => {
      forget()
      leave()
      current = read = []
    }
  })

  return { subscribe, stop: () => get(wish)[0].stop(), retry: () => get(wish)[0].retry() }
}

const setUp = new WeakSet<object>()

/** The component, if this is called once its set-up is over, and so may be called again for what it shows itself. */
function placeAfterSetUp(): object | undefined {
  try {
    const place = getAllContexts()
    if (setUp.has(place)) return place
    queueMicrotask(() => setUp.add(place))
  } catch {
    // There is no component here.
  }
  return undefined
}

function toReadable<Value>(value: Value | Readable<Value>): Readable<Value> {
  return (value as Readable<Value> | undefined)?.subscribe ? (value as Readable<Value>) : readable(value as Value)
}

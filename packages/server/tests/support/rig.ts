import {
  createStreams,
  type DriveContext,
  type ErrorContext,
  memoryStore,
  type Producer,
  type StreamServerEvent,
  type StreamStore,
  type Streams,
} from '../../src'
import type { CreateStreamsOptions } from '../../src/options/create-streams-options'
import { createFakeClock, type FakeClock } from './clock'

export interface Rig {
  readonly clock: FakeClock
  readonly store: StreamStore
  readonly streams: Streams
  readonly events: StreamServerEvent[]
  readonly errors: { readonly error: unknown; readonly context: ErrorContext }[]
}

/** A whole server on a clock that the test controls. `wrap` wraps its store. */
export function createRig(
  options: Partial<CreateStreamsOptions> & { clock?: FakeClock; wrap?: (store: StreamStore) => StreamStore } = {},
): Rig {
  const { clock = createFakeClock(), wrap = (store) => store, ...rest } = options
  const store = wrap(rest.store ?? memoryStore({ now: clock.now }))
  const events: StreamServerEvent[] = []
  const errors: Rig['errors'] = []
  const streams = createStreams({
    onEvent: (event) => events.push(event),
    onError: (error, context) => errors.push({ error, context }),
    environment: clock,
    // Much longer than everything else that takes time.
    leaseMs: 45_000,
    ...rest,
    store,
  })
  return { clock, store, streams, events, errors }
}

/** A producer that the test controls: it appends and ends when the test says so. */
export interface Hand {
  readonly producer: Producer
  /** `request` is `undefined` if `start` called it. */
  readonly calls: DriveContext[]
  append(text: string): Promise<void>
  finish(): void
  fail(error: unknown): void
}

export function createHand(): Hand {
  const calls: Hand['calls'] = []
  let append: (text: string) => Promise<void> = () => Promise.reject(new Error('the producer was not called yet'))
  let finish: () => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const work = new Promise<void>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  return {
    calls,
    producer(context) {
      calls.push(context as DriveContext)
      append = context.append
      return work
    },
    append: (text) => append(text),
    finish: () => finish(),
    fail: (error) => fail(error),
  }
}

export function request(path = '/streams/x/drive', init: RequestInit = {}): Request {
  return new Request(`http://server.test${path}`, init)
}

/** A reader that collects the body of its response as it arrives. */
export interface Collected {
  text: string
  isDone: boolean
  error: unknown
  cancel(): Promise<void>
}

export function collect(response: Response): Collected {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const reader = response.body?.getReader()
  const collected: Collected = { text: '', isDone: false, error: undefined, cancel: async () => reader?.cancel() }
  void (async () => {
    try {
      for (;;) {
        const step = await reader?.read()
        if (!step || step.done) break
        collected.text += decoder.decode(step.value, { stream: true })
      }
      collected.isDone = true
    } catch (error) {
      collected.error = error
    }
  })()
  return collected
}

export interface SseEvent {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

/** The events of an event stream, and the number of its comments. */
export function parseEvents(text: string): { events: SseEvent[]; comments: number } {
  const blocks = text.split('\n\n').filter((block) => block !== '')
  const events = blocks.filter((block) => !block.startsWith(':')).map(parseEvent)
  return { events, comments: blocks.length - events.length }
}

function parseEvent(block: string): SseEvent {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  return {
    event: fields.get('event') ?? 'message',
    id: fields.get('id'),
    data: JSON.parse(fields.get('data') ?? 'null'),
  }
}

/** The text in the events of a connection. */
export function textOf(events: readonly SseEvent[]): string {
  return events.map(({ event, data }) => (event === 'message' ? (data as string) : '')).join('')
}

import type {
  LiveSink,
  LiveSource,
  Snapshot,
  SnapshotSubscription,
  SnapshotTail,
  SourceRequest,
  SubscriptionSink,
  TailSink,
} from '@keepstream/core'

/** One connection a client has opened, in the hands of the test. */
export interface Opened<Sink> {
  readonly request: SourceRequest
  readonly sink: Sink
  close(): void
  fail(error: unknown): void
}

export const fakeLive = (options: Pick<LiveSource, 'canRepeat' | 'stallMs'> = {}) =>
  Object.assign(fakeSource<LiveSink>(), options)

export const fakeTail = (options: Pick<SnapshotTail, 'stallMs'> = {}) => Object.assign(fakeSource<TailSink>(), options)

function fakeSource<Sink>() {
  const opened: Opened<Sink>[] = []
  return {
    opened,
    get last() {
      return lastOf(opened)
    },
    open: (request: SourceRequest, sink: Sink) =>
      new Promise<void>((close, fail) => {
        opened.push({ request, sink, close, fail })
      }),
  }
}

/** A subscription that pushes `first`, if there is one, in the call of `subscribe` itself. */
export function fakeSubscription(first?: Snapshot) {
  const subscribed: { request: SourceRequest; sink: SubscriptionSink; isUndone: boolean }[] = []
  const source: SnapshotSubscription = {
    subscribe(request, sink) {
      const one = { request, sink, isUndone: false }
      subscribed.push(one)
      if (first) sink.next(first)
      return () => {
        one.isUndone = true
      }
    },
  }
  return {
    ...source,
    subscribed,
    get last() {
      return lastOf(subscribed)
    },
  }
}

/** A fetcher that returns the result of `answer` for each poll, and records the time of each call. */
export function fakeFetcher(answer: (request: SourceRequest, count: number) => Snapshot | Promise<Snapshot>) {
  const reads: { request: SourceRequest; atMs: number }[] = []
  const fetcher = async (request: SourceRequest) => {
    reads.push({ request, atMs: Date.now() })
    return answer(request, reads.length)
  }
  return Object.assign(fetcher, { reads })
}

/** The waits between polls, in milliseconds. */
export function waits(reads: readonly { atMs: number }[]) {
  return reads.slice(1).map(({ atMs }, index) => atMs - (reads[index]?.atMs ?? 0))
}

function lastOf<T>(list: readonly T[]): T {
  const last = list.at(-1)
  if (!last) throw new Error('nothing was opened')
  return last
}

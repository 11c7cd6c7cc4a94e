import type { Environment } from '../environment'
import { SourceError } from '../errors'
import { type End, isTerminal, type SourceRequest } from '../types'
import type { FakeLine } from './fake-connection'
import { createFakeFaults, type FakeFaults, type FakeRequestKind } from './fake-faults'
import { createFakeText, type FakeText, type FakeTextOptions } from './fake-text'

/** One request that was made. */
export interface FakeRequest {
  readonly kind: FakeRequestKind
  readonly id: string
  /** The offset from which it reads. */
  readonly offset: number
  readonly atMs: number
}

export interface FakeServerOptions extends FakeTextOptions, FakeFaults {
  /** The server sends epochs. Without them every read returns the whole text. @default true */
  readonly hasEpochs?: boolean | undefined
  /** How long each request, and each part of a response, takes to arrive, in milliseconds. @default 0 */
  readonly delayMs?: number | undefined
}

/** The texts of all ids, and the requests for them. */
export function createFakeServer(options: FakeServerOptions, environment: Environment) {
  const { hasEpochs = true, delayMs = 0 } = options
  const texts = new Map<string, { text: FakeText; line: FakeLine }>()
  const requests: FakeRequest[] = []
  let open = 0

  function at(id: string) {
    const known = texts.get(id)
    if (known) return known
    const line = { environment, faults: createFakeFaults(options), delayMs }
    const fresh = { text: createFakeText(id, options, environment), line }
    texts.set(id, fresh)
    return fresh
  }

  return {
    texts,
    requests,
    get open() {
      return open
    },
    /** The faults that have happened to no text, named by their options. */
    get left() {
      const [first = [], ...others] = [...texts.values()].map(({ text, line }) => [...text.left, ...line.faults.left])
      return first.filter((fault) => others.every((left) => left.includes(fault)))
    },
    /** The fields that each chunk of a text carries: its epoch and base, and whether it is stalled. */
    factsOf: ({ epoch, base, isStalled }: FakeText) => ({
      ...(hasEpochs && { origin: { epoch, base } }),
      ...(isStalled && { stalled: true }),
    }),
    endOf: ({ text, status, epoch }: FakeText): End | undefined =>
      isTerminal(status)
        ? {
            end: text.length,
            status,
            error: options.error,
            finishReason: status === 'stopped' ? undefined : options.finishReason,
            ...(hasEpochs && { epoch }),
          }
        : undefined,
    /** The offset where a response starts. */
    startFor: ({ offset }: SourceRequest) => (hasEpochs ? offset : 0),

    /** Accepts a request, unless it is to be refused. */
    async take(kind: FakeRequestKind, { id, offset = 0, epoch }: Partial<SourceRequest> & { readonly id: string }) {
      requests.push({ kind, id, offset, atMs: (environment.Date ?? Date).now() })
      const { text, line } = at(id)
      if (delayMs > 0) await new Promise<void>((resolve) => environment.setTimeout(resolve, delayMs))
      line.faults.check(kind)
      const isOld = kind === 'read' && hasEpochs && (epoch ?? text.epoch) < text.epoch
      if (isOld && offset > text.base)
        throw new SourceError('diverged', 'the server returned 409', { offset: text.base, epoch: text.epoch })
      return { text, line }
    },

    /** Counts a connection as open until `work` has ended. */
    async during(work: () => Promise<void>) {
      open++
      try {
        await work()
      } finally {
        open--
      }
    },
  }
}

export type FakeServer = ReturnType<typeof createFakeServer>

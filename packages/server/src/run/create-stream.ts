import { StreamServerError } from '../errors'
import { invalid, optionsFrom, type TableFor } from '../options/check-options'
import { type StreamScope, scopeTable } from '../options/stream-scope'
import { createStreamId, isStreamId } from '../store/stream-id'
import type { StreamStore } from '../store/stream-store'

export interface CreateStreamOptions extends StreamScope {
  /**
   * The id, such as that of the message in your own database: 1 to 64 letters, digits, `-` and `_`. It may come back after its
   * stream was deleted. @default a random one that cannot be guessed
   */
  readonly id?: string
  /** Any JSON value; `authorize` and producers get it. It never changes. @default null */
  readonly meta?: unknown
}

export interface EnsuredStream {
  readonly id: string
  /** `false`: the stream existed already, with the same `meta`. */
  readonly isNew: boolean
}

/** The checks of what a stream is created with, but for its id. */
export const factsTable = { meta: (given: unknown) => given ?? null, ...scopeTable }

const table = {
  id: (given, name) =>
    given === undefined || isStreamId(given)
      ? given
      : invalid(name, 'pass 1 to 64 letters, digits, - and _, or leave it out for a random id'),
  ...factsTable,
} satisfies TableFor<CreateStreamOptions>

/** Creates a stream once. See `Streams.ensureStream`. */
export async function ensureStream(store: StreamStore, options: CreateStreamOptions): Promise<EnsuredStream> {
  const { id, meta, owner, group } = optionsFrom(options, table, 'call createStream({ meta }), or without options')
  if (id === undefined) {
    const random = createStreamId()
    await store.create(random, meta, { owner, group })
    return { id: random, isNew: true }
  }
  if (await createOnce(store, id, { meta, owner, group })) return { id, isNew: true }
  const known = await store.readMeta(id)
  // It was deleted since.
  if (known === undefined) return ensureStream(store, options)
  if (toSortedJson(known) === toSortedJson(meta)) return { id, isNew: false }
  throw new StreamServerError(
    'exists',
    `there is a stream '${id}' with another meta, and the meta of a stream never changes: pass the same one, or another id`,
  )
}

/** Creates a stream with an id that was chosen. `false` if there is one. */
export async function createOnce(
  store: StreamStore,
  id: string,
  { meta = null, owner, group }: Omit<CreateStreamOptions, 'id'>,
): Promise<boolean> {
  return (await store.create(id, meta, { epoch: nextEpoch(), owner, group })) === 'created'
}

/** The time that epochs count from, in milliseconds since 1970: 2026-01-01. So they have at most 15 digits for a long time. */
const EPOCHS_SINCE_MS = 1_767_225_600_000

let latest = 0

/**
 * An epoch above all that an earlier stream with the same id had. It is the time in microseconds: a stream is claimed far less
 * often than once in each. It does not use the environment's clock, which a test may set back.
 */
function nextEpoch(): number {
  latest = Math.max(latest + 1_000, (Date.now() - EPOCHS_SINCE_MS) * 1_000)
  return latest
}

/** JSON with sorted keys, because a store need not keep their order. */
function toSortedJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([one], [two]) => (one < two ? -1 : 1)))
      : item,
  )
}

import type { StreamStatus } from '../store/status'
import type {
  ClaimRequest,
  ClaimResult,
  CloseRequest,
  CreateRequest,
  ExpireResult,
  StoredRange,
  StreamHead,
  WriteResult,
} from '../store/stream-store'

interface ModelStream {
  readonly meta: unknown
  status: StreamStatus
  epoch: number
  base: number
  text: string
  stopRequested: boolean
  error?: string
  finishReason?: string
  owner?: string
  leaseMs: number
  since: number
  endedAt: number
}

/**
 * The simplest implementation of the contract: one string for each stream, no concurrency, no durability. It shares no code
 * with the stores, so that it cannot share their mistakes.
 */
export class StoreModel {
  now = 0
  readonly #streams = new Map<string, ModelStream>()
  readonly #pendingMs: number

  constructor(pendingMs: number) {
    this.#pendingMs = pendingMs
  }

  create(id: string, meta: unknown, { epoch = 0 }: CreateRequest = {}): 'created' | 'exists' {
    if (this.#streams.has(id)) return 'exists'
    const empty = { epoch, base: 0, text: '', stopRequested: false, leaseMs: 0, endedAt: 0 }
    this.#streams.set(id, { meta, status: 'pending', ...empty, since: this.now })
    return 'created'
  }

  claim(id: string, { owner, leaseMs, canTakeOver }: ClaimRequest): ClaimResult {
    const stream = this.#streams.get(id)
    if (stream === undefined) return { type: 'gone' }
    const head = this.#head(id, stream)
    if (stream.endedAt > 0) return { type: 'terminal', head }
    if (stream.status === 'streaming' && stream.owner !== owner && !(canTakeOver && head.isLapsed)) {
      return { type: 'busy', head }
    }
    if (stream.owner !== owner && stream.stopRequested) {
      this.#end(stream, 'stopped')
      return { type: 'terminal', head: this.#head(id, stream) }
    }
    if (stream.owner !== owner) {
      stream.epoch += 1
      stream.base = stream.text.length
    }
    Object.assign(stream, { owner, leaseMs, since: this.now, status: 'streaming' })
    return { type: 'claimed', epoch: stream.epoch, offset: stream.text.length, meta: stream.meta }
  }

  append(id: string, epoch: number, offset: number, text: string): WriteResult {
    return this.#write(id, epoch, offset, (stream) => {
      stream.text += text
      stream.since = this.now
    })
  }

  beat(id: string, epoch: number): WriteResult {
    return this.#write(id, epoch, this.text(id)?.length ?? 0, (stream) => {
      stream.since = this.now
    })
  }

  close(id: string, { epoch, offset, text, status, error, finishReason }: CloseRequest): WriteResult {
    const stream = this.#streams.get(id)
    const end = offset + text.length
    const isOwn = stream?.status === status && stream.epoch === epoch
    const isSame = isOwn && stream.error === error && stream.finishReason === finishReason
    if (stream !== undefined && isSame && stream.text.length === end) {
      return { type: 'ok', offset: end, stopRequested: stream.stopRequested }
    }
    return this.#write(id, epoch, offset, (open) => {
      open.text += text
      this.#end(open, status)
      if (error !== undefined) open.error = error
      if (finishReason !== undefined) open.finishReason = finishReason
    })
  }

  requestStop(id: string): StreamHead | undefined {
    const stream = this.#streams.get(id)
    if (stream === undefined) return undefined
    if (stream.endedAt === 0) stream.stopRequested = true
    if (stream.status === 'pending') this.#end(stream, 'stopped')
    return this.#head(id, stream)
  }

  expire(id: string, epoch: number): ExpireResult {
    const stream = this.#streams.get(id)
    if (stream === undefined) return { type: 'gone' }
    const isDue = stream.epoch === epoch && this.#head(id, stream).isLapsed
    if (isDue) this.#end(stream, stream.stopRequested ? 'stopped' : 'timeout')
    return { type: isDue ? 'expired' : 'kept', head: this.#head(id, stream) }
  }

  delete(id: string): boolean {
    return this.#streams.delete(id)
  }

  /** Deletes every stream that has ended or lapsed, without a limit. */
  sweep(): string[] {
    const ended = [...this.#streams]
      .filter(([id, stream]) => stream.endedAt > 0 || this.#head(id, stream).isLapsed)
      .map(([id]) => id)
    for (const id of ended) this.#streams.delete(id)
    return ended
  }

  /** Deletes one stream if it ended that long ago, and returns whether it did. */
  sweepOne(id: string, olderThanMs: number): boolean {
    const stream = this.#streams.get(id)
    if (stream === undefined) return false
    const lapsesAt = stream.since + (stream.status === 'pending' ? this.#pendingMs : 2 * stream.leaseMs)
    const end = stream.endedAt > 0 ? stream.endedAt - 1 : lapsesAt
    return end <= this.now - olderThanMs && this.#streams.delete(id)
  }

  read(id: string, offset: number, max: number): StoredRange | undefined {
    const stream = this.#streams.get(id)
    if (stream === undefined) return undefined
    const start = Math.min(offset, stream.text.length)
    return { head: this.#head(id, stream), start, text: stream.text.slice(start, start + max) }
  }

  /** The state of a stream, for `restore`. */
  save(id: string): { readonly now: number; readonly stream: ModelStream | undefined } {
    const stream = this.#streams.get(id)
    return { now: this.now, stream: stream && { ...stream } }
  }

  restore(id: string, { now, stream }: ReturnType<StoreModel['save']>): void {
    this.now = now
    if (stream === undefined) this.#streams.delete(id)
    else this.#streams.set(id, { ...stream })
  }

  /** Equal for two states of a stream only if they are the same. */
  signature(id: string): string {
    return JSON.stringify([this.now, this.#streams.get(id)])
  }

  text(id: string): string | undefined {
    return this.#streams.get(id)?.text
  }

  head(id: string): StreamHead | undefined {
    const stream = this.#streams.get(id)
    return stream === undefined ? undefined : this.#head(id, stream)
  }

  #write(id: string, epoch: number, offset: number, change: (stream: ModelStream) => void): WriteResult {
    const stream = this.#streams.get(id)
    if (stream === undefined) return { type: 'gone' }
    if (stream.status !== 'streaming' || stream.epoch !== epoch || stream.text.length !== offset) {
      return { type: 'conflict', head: this.#head(id, stream) }
    }
    change(stream)
    return { type: 'ok', offset: stream.text.length, stopRequested: stream.stopRequested }
  }

  #end(stream: ModelStream, status: StreamStatus): void {
    stream.status = status
    // Zero means "has not ended", and the model's clock starts at zero.
    stream.endedAt = this.now + 1
  }

  #head(id: string, stream: ModelStream): StreamHead {
    const { status, epoch, base, text, stopRequested, error, finishReason, since, leaseMs } = stream
    const age = this.now - since
    const isLapsed = status === 'pending' ? age >= this.#pendingMs : status === 'streaming' && age >= 2 * leaseMs
    const isStalled = status === 'streaming' && age >= leaseMs
    const head = { id, status, epoch, base, offset: text.length, stopRequested, isLapsed, isStalled, now: this.now }
    return {
      ...head,
      ...(error === undefined ? {} : { error }),
      ...(finishReason === undefined ? {} : { finishReason }),
    }
  }
}

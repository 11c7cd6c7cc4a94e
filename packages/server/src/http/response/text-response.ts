import { StreamServerError } from '../../errors'
import type { TextListener, TextSource, TextStep } from '../../reading/text-source'
import type { Runtime } from '../../runtime'
import type { Encoder } from '../encoders/encoder'
import { type BodyChunk, type BodySource, maxIdleTicks, ResponseBody } from './response-body'

export interface TextResponseOptions {
  readonly id: string
  readonly reader: 'drive' | 'follow'
  readonly signal: AbortSignal
  readonly headers: Record<string, string>
  readonly encoder: Encoder
  /** Close after about `rolloverMs`, so that the reader is authorized again. */
  readonly rollsOver: boolean
  open(listener: TextListener): TextSource
}

/** The text of a source as it grows, in whatever form. */
export function textResponse(runtime: Runtime, response: TextResponseOptions): Response {
  return new Response(new TextBody(runtime, response).stream, { headers: response.headers })
}

/** A class for the same reason as `StoreReader`. */
class TextBody implements BodySource, TextListener {
  readonly isRaw: boolean
  readonly #runtime: Runtime
  readonly #id: string
  readonly #reader: 'drive' | 'follow'
  readonly #encoder: Encoder
  readonly #rolloverAt: number
  readonly #source: TextSource
  readonly #body: ResponseBody
  #isKeepAliveDue = false
  #isLeaving = false

  constructor(runtime: Runtime, { id, reader, encoder, signal, rollsOver, open }: TextResponseOptions) {
    const { environment, rolloverMs } = runtime.options
    this.isRaw = encoder.isRaw
    this.#runtime = runtime
    this.#id = id
    this.#reader = reader
    this.#encoder = encoder
    this.#rolloverAt = rollsOver ? environment.now() + rolloverMs * (0.8 + environment.random() * 0.4) : Infinity
    this.#body = new ResponseBody(this, signal, maxIdleTicks(runtime.options))
    this.#source = open(this)
    runtime.report.event({ type: 'joined', id, reader })
  }

  get stream(): ReadableStream<Uint8Array> {
    return this.#body.stream
  }

  next(): BodyChunk | Promise<BodyChunk> {
    const step = this.#source.next()
    return step instanceof Promise ? step.then((later) => this.#chunkOf(later)) : this.#chunkOf(step)
  }

  release(): void {
    this.#source.close()
    this.#runtime.report.event({ type: 'left', id: this.#id, reader: this.#reader })
  }

  wake(): void {
    this.#body.wake()
  }

  tick(): void {
    if (this.#runtime.options.environment.now() >= this.#rolloverAt) {
      this.#body.end()
      return
    }
    this.#isKeepAliveDue = true
    this.#body.wake()
    this.#body.tick()
  }

  shutDown(isLate: boolean): void {
    this.#isLeaving = true
    if (!isLate) this.#body.wake()
    else if (this.isRaw) this.#body.fail(leaving())
    else this.#body.end()
  }

  #chunkOf(step: TextStep): BodyChunk {
    const part = this.#encoder.encode(step, this.#source.position)
    if (part === undefined) return 'end'
    if (part.length === 0 && this.#isLeaving) {
      if (this.isRaw) throw leaving()
      return 'end'
    }
    const sent = part.length === 0 && this.#isKeepAliveDue ? this.#encoder.keepAlive : part
    this.#isKeepAliveDue = false
    return sent.length === 0 ? undefined : sent
  }
}

function leaving(): StreamServerError {
  return new StreamServerError('shutting-down', 'the server is about to restart; follow the stream')
}

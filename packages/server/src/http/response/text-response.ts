import { StreamServerError } from '../../errors'
import type { TextListener, TextSource, TextStep } from '../../reading/text-source'
import type { Runtime } from '../../runtime'
import type { Encoder } from './encoder'
import { createResponseBody, maxIdleTicks, type ResponseBody } from './response-body'

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
export function textResponse({ report, options }: Runtime, response: TextResponseOptions): Response {
  const { id, reader, encoder, signal } = response
  const { environment, rolloverMs } = options
  const rolloverAt = response.rollsOver ? environment.now() + rolloverMs * (0.8 + environment.random() * 0.4) : Infinity
  let isKeepAliveDue = false
  let isLeaving = false
  let body: ResponseBody | undefined
  const source = response.open({
    wake: () => body?.wake(),
    tick() {
      if (environment.now() >= rolloverAt) return body?.end()
      isKeepAliveDue = true
      body?.wake()
      body?.tick()
    },
    shutDown(isLate) {
      isLeaving = true
      if (!isLate) body?.wake()
      else if (encoder.isRaw) body?.fail(leaving())
      else body?.end()
    },
  })
  report.event({ type: 'joined', id, reader })
  body = createResponseBody(
    {
      isRaw: encoder.isRaw,
      next() {
        const step = source.next()
        return step instanceof Promise ? step.then(bytesOf) : bytesOf(step)
      },
      release() {
        source.close()
        report.event({ type: 'left', id, reader })
      },
    },
    signal,
    maxIdleTicks(options),
  )
  return new Response(body.stream, { headers: response.headers })

  function bytesOf(step: TextStep): Uint8Array | undefined | 'end' {
    const part = encoder.encode(step, source.position)
    if (part === undefined) return 'end'
    if (part.length === 0 && isLeaving) {
      if (encoder.isRaw) throw leaving()
      return 'end'
    }
    const sent = part.length === 0 && isKeepAliveDue ? encoder.keepAlive : part
    isKeepAliveDue = false
    return sent.length === 0 ? undefined : sent
  }
}

function leaving(): StreamServerError {
  return new StreamServerError('shutting-down', 'the server is about to restart; follow the stream')
}

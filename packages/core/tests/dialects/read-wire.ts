import { fetchLive, type SourceError } from '@keepstream/core'
import { type DialectSource, fromDialect } from '@keepstream/core/dialects'
import { bodyOf, fakeFetch } from '../support/fake-fetch'
import { record } from '../support/recorder'
import type { Outcome, Wire } from './wires'

/** Reads an answer as a live source of the client does. */
export async function readLive({ decode, type }: Wire, parts: readonly Uint8Array[]): Promise<Outcome> {
  const { text, ends, error } = await record(
    fetchLive({ url: '/', fetch: fakeFetch(() => bodyOf(parts, type)), decode }),
  )
  if (error) throw error
  const { status, error: code, finishReason } = ends[0] ?? {}
  return outcome(text, status, code, finishReason)
}

/** Reads an answer as a producer of a server does. */
export const readProduced = ({ decode, type }: Wire, parts: readonly Uint8Array[]) =>
  produced(bodyOf(parts, type), decode)

export async function produced(source: DialectSource, decode: Wire['decode']): Promise<Outcome> {
  const answer = fromDialect(source, decode)
  let text = ''
  try {
    for (;;) {
      const { done, value } = await answer.next()
      if (done) return outcome(text, 'done', undefined, value.finishReason)
      text += value
    }
  } catch (error) {
    const { message, code, serverCode } = error as SourceError
    if (code === 'network') return outcome(text)
    const [, status = 'error'] = / with the status (\w+)$/.exec(message) ?? []
    return outcome(text, status, serverCode)
  }
}

function outcome(text: string, status?: string, error?: string, finishReason?: string): Outcome {
  return { text, ...(status && { status }), ...(error && { error }), ...(finishReason && { finishReason }) }
}

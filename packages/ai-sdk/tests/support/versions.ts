import * as ai6 from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import * as ai5 from 'ai-5'
import { MockLanguageModelV2 } from 'ai-5/test'
import * as ai7 from 'ai-7'
import { MockLanguageModelV4 } from 'ai-7/test'
import type { AiSdkResult } from '../../src'

/** The behavior of a provider: its parts, and then its failure, or nothing more until it is aborted. */
export interface Provider {
  readonly parts?: readonly object[]
  readonly refuses?: Error
  readonly breaks?: Error
  readonly hangs?: boolean
}

interface Version {
  readonly name: string
  readonly ai: { readonly APICallError: typeof ai6.APICallError }
  /** How its providers say why they stopped. */
  reason(unified: string, raw?: string): unknown
  stream(provider: Provider, abortSignal?: AbortSignal): AiSdkResult & { toUIMessageStreamResponse(): Response }
}

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
const usage5 = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
const pair = (unified: string, raw?: string) => ({ unified, raw })

/** The real `streamText` of each major version, over the mock model that comes with it. */
export const versions: Version[] = [
  {
    name: '5',
    ai: ai5 as never,
    reason: (unified) => unified,
    stream(provider, abortSignal) {
      const model = new MockLanguageModelV2({ doStream: (call) => answer(provider, call.abortSignal, usage5) as never })
      return ai5.streamText({ model, ...asked, ...(abortSignal && { abortSignal }) })
    },
  },
  {
    name: '6',
    ai: ai6,
    reason: pair,
    stream(provider, abortSignal) {
      const model = new MockLanguageModelV3({ doStream: (call) => answer(provider, call.abortSignal, usage) as never })
      return ai6.streamText({ model, ...asked, ...(abortSignal && { abortSignal }) })
    },
  },
  {
    name: '7',
    ai: ai7 as never,
    reason: pair,
    stream(provider, abortSignal) {
      const model = new MockLanguageModelV4({ doStream: (call) => answer(provider, call.abortSignal, usage) as never })
      return ai7.streamText({ model, ...asked, ...(abortSignal && { abortSignal }) })
    },
  },
]

// Silent, because the SDK's own log is not tested.
const asked = { prompt: 'x', maxRetries: 0, onError: () => undefined }

async function answer(provider: Provider, signal: AbortSignal | undefined, usage: object) {
  const { parts = [], refuses, breaks, hangs } = provider
  if (refuses) throw refuses
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [] })
      for (const part of parts) controller.enqueue('finishReason' in part ? { ...part, usage } : part)
      signal?.addEventListener('abort', () => controller.error(signal.reason))
    },
    pull(controller) {
      if (breaks) controller.error(breaks)
      else if (!hangs) controller.close()
    },
  })
  return { stream }
}

export const half = [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Half ' },
  { type: 'text-delta', id: '1', delta: 'an answer' },
]

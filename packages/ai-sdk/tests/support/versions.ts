import type { UiChunk } from '@keepstream/core/marks'
import * as ai6 from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import * as ai5 from 'ai-5'
import { MockLanguageModelV2 } from 'ai-5/test'
import * as ai7 from 'ai-7'
import { MockLanguageModelV4 } from 'ai-7/test'
import type { AiSdkPart, AiSdkResult } from '../../src'

/** A result whose `toUIMessageStream` has the options that all versions have. */
export interface UiResult extends AiSdkResult {
  toUIMessageStreamResponse(): Response
  toUIMessageStream(options?: UiOptions): AsyncIterable<UiChunk> & ReadableStream<UiChunk>
}

interface UiOptions {
  readonly sendReasoning?: boolean
  readonly sendSources?: boolean
  readonly messageMetadata?: (options: { readonly part: AiSdkPart & { readonly totalUsage?: object } }) => unknown
  readonly generateMessageId?: () => string
}

/** The behavior of a provider: its parts, and then its failure, or nothing more until it is aborted. */
export interface Provider {
  readonly parts?: readonly object[]
  /** The parts of each further step. Every call of the tool `weather` has a result, so another step follows it. */
  readonly steps?: readonly (readonly object[])[]
  readonly refuses?: Error
  readonly breaks?: Error
  readonly hangs?: boolean
  /** Sends the parts itself. */
  readonly live?: ReadableStream<object>
}

export interface Version {
  readonly name: string
  readonly ai: { readonly APICallError: typeof ai6.APICallError }
  /** How its providers say why they stopped. */
  reason(unified: string, raw?: string): unknown
  stream(provider: Provider, abortSignal?: AbortSignal): UiResult
  /** An agent's answer. */
  agent(provider: Provider): Promise<UiResult>
}

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
const usage5 = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
const pair = (unified: string, raw?: string) => ({ unified, raw })

/** The real `streamText` and agent of each major version, over the mock model that comes with it. */
export const versions: Version[] = [
  {
    name: '5',
    ai: ai5 as never,
    reason: (unified) => unified,
    stream: (provider, abortSignal) =>
      ai5.streamText({ ...settings5(provider), ...asked, ...signalOf(abortSignal) }) as never,
    agent: async (provider) => new ai5.Experimental_Agent(settings5(provider)).stream({ prompt: 'x' }) as never,
  },
  {
    name: '6',
    ai: ai6,
    reason: pair,
    stream: (provider, abortSignal) =>
      ai6.streamText({ ...settings6(provider), ...asked, ...signalOf(abortSignal) }) as never,
    agent: async (provider) => (await new ai6.ToolLoopAgent(settings6(provider)).stream({ prompt: 'x' })) as never,
  },
  {
    name: '7',
    ai: ai7 as never,
    reason: pair,
    stream: (provider, abortSignal) =>
      ai7.streamText({ ...settings7(provider), ...asked, ...signalOf(abortSignal) }) as never,
    agent: async (provider) => (await new ai7.ToolLoopAgent(settings7(provider)).stream({ prompt: 'x' })) as never,
  },
]

const signalOf = (abortSignal: AbortSignal | undefined) => (abortSignal ? { abortSignal } : {})
const weather = { description: 'x', execute: async ({ city }: { city: string }) => ({ city, degrees: 18 }) }
const text = { type: 'string' as const }
const schema = { type: 'object' as const, properties: { city: text }, required: ['city'] }
const stopWhen = ({ steps }: { steps: readonly unknown[] }) => steps.length >= 4

function settings5(provider: Provider) {
  const model = new MockLanguageModelV2({ doStream: answers(provider, usage5) as never })
  return { model, stopWhen, tools: { weather: { ...weather, inputSchema: ai5.jsonSchema<{ city: string }>(schema) } } }
}

function settings6(provider: Provider) {
  const model = new MockLanguageModelV3({ doStream: answers(provider, usage) as never })
  return { model, stopWhen, tools: { weather: { ...weather, inputSchema: ai6.jsonSchema<{ city: string }>(schema) } } }
}

function settings7(provider: Provider) {
  const model = new MockLanguageModelV4({ doStream: answers(provider, usage) as never })
  return { model, stopWhen, tools: { weather: { ...weather, inputSchema: ai7.jsonSchema<{ city: string }>(schema) } } }
}

// Silent, because the SDK's own log is not tested.
const asked = { prompt: 'x', maxRetries: 0, onError: () => undefined }

/** What the model answers, call by call. */
function answers(provider: Provider, usage: object) {
  const steps = [provider.parts ?? [], ...(provider.steps ?? [])]
  return ({ abortSignal }: { abortSignal?: AbortSignal }) =>
    answer({ ...provider, parts: steps.shift() ?? [] }, abortSignal, usage)
}

async function answer(provider: Provider, signal: AbortSignal | undefined, usage: object) {
  const { parts = [], refuses, breaks, hangs, live } = provider
  if (refuses) throw refuses
  if (live) return { stream: live }
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

/** The parts of half an answer. */
export const half = [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Half ' },
  { type: 'text-delta', id: '1', delta: 'an answer' },
]

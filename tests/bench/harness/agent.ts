import { jsonSchema, stepCountIs, streamText, tool } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { tokensText } from './plan'

/** An answer of the AI SDK: prose, a call of a tool with its result, and prose again. */
export interface AgentPlan {
  readonly kind: 'agent'
  /** How many tokens of prose. Half of them come before the call. */
  readonly count: number
  readonly everyMs: number
}

const input = JSON.stringify({ query: 'how a reader goes on after a cut', section: 'design', limit: 3 })
const output = ['the-seam', 'resuming', 'origins'].map((anchor, index) => ({
  title: `What a reader does after a cut, part ${index + 1}`,
  url: `/docs/design#${anchor}`,
  excerpt: tokensText(20),
}))

/** The same answer from the real `streamText`, with a model that writes a token at a time. */
export function streamAgent({ count, everyMs }: AgentPlan, signal: AbortSignal) {
  const half = Math.ceil(count / 2)
  let calls = 0
  const model = new MockLanguageModelV4({
    doStream: async () => {
      calls += 1
      const parts = calls === 1 ? [...proseParts(half), ...callParts()] : [...proseParts(count - half), finish('stop')]
      return { stream: paced([{ type: 'stream-start', warnings: [] }, ...parts], everyMs) }
    },
  })
  const search = tool({ inputSchema: jsonSchema<object>({ type: 'object' }), execute: async () => output })
  return streamText({ model, prompt: 'Why?', tools: { search }, stopWhen: stepCountIs(2), abortSignal: signal })
}

/** What the answer says, without its structure: the prose, the input of the tool as the model writes it, and its output. */
export async function* readAgent(result: ReturnType<typeof streamAgent>): AsyncGenerator<string, void> {
  for await (const part of result.fullStream) {
    if (part.type === 'text-delta') yield part.text
    else if (part.type === 'tool-input-delta') yield part.delta
    else if (part.type === 'tool-result') yield JSON.stringify(part.output)
  }
}

/** All that `readAgent` yields. */
export function agentText(count: number): string {
  const half = Math.ceil(count / 2)
  return tokensText(half) + input + JSON.stringify(output) + tokensText(count - half)
}

type ModelPart =
  Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never

function proseParts(count: number): ModelPart[] {
  const tokens = tokensText(count).match(/\S+ /g) ?? []
  return [
    { type: 'text-start', id: '1' },
    ...tokens.map((delta): ModelPart => ({ type: 'text-delta', id: '1', delta })),
    { type: 'text-end', id: '1' },
  ]
}

function callParts(): ModelPart[] {
  const id = 'call_8Jw2cQm5ZtYxRr1nVbKd0aPe'
  return [
    { type: 'tool-input-start', id, toolName: 'search' },
    ...(input.match(/.{1,5}/g) ?? []).map((delta): ModelPart => ({ type: 'tool-input-delta', id, delta })),
    { type: 'tool-input-end', id },
    { type: 'tool-call', toolCallId: id, toolName: 'search', input },
    finish('tool-calls'),
  ]
}

function finish(unified: 'stop' | 'tool-calls'): ModelPart {
  const inputTokens = { total: 100, noCache: 100, cacheRead: 0, cacheWrite: 0 }
  const outputTokens = { total: 100, text: 100, reasoning: 0 }
  return { type: 'finish', finishReason: { unified, raw: unified }, usage: { inputTokens, outputTokens } }
}

function paced(parts: ModelPart[], everyMs: number): ReadableStream<ModelPart> {
  let index = 0
  return new ReadableStream({
    async pull(controller) {
      const part = parts[index++]
      if (part === undefined) return controller.close()
      controller.enqueue(part)
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    },
  })
}

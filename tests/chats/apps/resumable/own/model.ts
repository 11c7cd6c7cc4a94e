import type { LanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { hold } from './holds'

type Stream = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream']
type Part = Stream extends ReadableStream<infer Item> ? Item : never

/**
 * A model that needs no network. It thinks, calls the tool that the question names (`search` or `pay`), if any, and then answers
 * in prose. Where the question has `hold`, it waits in the middle of the prose, or in the tool `search`, until `release`. It prints
 * when an answer begins, and how it ends.
 */
export const model: LanguageModel = new MockLanguageModelV4({
  doStream: async ({ prompt, abortSignal }) => {
    const question = textOf(prompt.filter(({ role }) => role === 'user').at(-1)?.content)
    const isNext = prompt.at(-1)?.role !== 'user'
    const toolName = isNext ? undefined : /search|pay/.exec(question)?.[0]
    if (!isNext) console.log(`begins ${question}`)
    abortSignal?.addEventListener('abort', () => console.log(`aborted ${question}`))
    const parts = toolName ? [...thought, ...callOf(toolName, question)] : proseParts()
    const heldAt = isNext || toolName ? undefined : Math.floor(parts.length / 2)
    return { stream: paced(parts, { heldAt, question, toolName, abortSignal }) }
  },
})

/** The prose of every answer. */
export const prose = Array.from({ length: 60 }, (_, index) => `Word ${index}${index % 10 === 9 ? '. ' : ' '}`)

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}

const thought: Part[] = [
  { type: 'reasoning-start', id: 'r' },
  ...['Let ', 'me ', 'think ', 'of \u001e"marks".'].map((delta): Part => ({ type: 'reasoning-delta', id: 'r', delta })),
  { type: 'reasoning-end', id: 'r' },
]

function callOf(toolName: string, question: string): Part[] {
  const input = JSON.stringify({ query: `${question} \u001e 😀` })
  const id = `call-${toolName}`
  return [
    { type: 'tool-input-start', id, toolName },
    ...(input.match(/.{1,4}/gsu) ?? []).map((delta): Part => ({ type: 'tool-input-delta', id, delta })),
    { type: 'tool-input-end', id },
    { type: 'tool-call', toolCallId: id, toolName, input },
    { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_calls' }, usage },
  ]
}

function proseParts(): Part[] {
  return [
    { type: 'text-start', id: 't' },
    ...prose.map((delta): Part => ({ type: 'text-delta', id: 't', delta })),
    { type: 'text-end', id: 't' },
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
  ]
}

interface Pace {
  readonly question: string
  readonly toolName: string | undefined
  readonly heldAt: number | undefined
  readonly abortSignal: AbortSignal | undefined
}

function paced(parts: Part[], { question, toolName, heldAt, abortSignal }: Pace): Stream {
  let index = -1
  return new ReadableStream({
    async pull(controller) {
      index += 1
      const part = parts[index - 1]
      if (index === heldAt) await hold(question, abortSignal)
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (abortSignal?.aborted) controller.error(abortSignal.reason)
      else if (index === 0) controller.enqueue({ type: 'stream-start', warnings: [] })
      else if (part) controller.enqueue(part)
      else {
        controller.close()
        if (!toolName) console.log(`ends ${question}`)
      }
    },
  })
}

function textOf(content: unknown): string {
  const parts = (Array.isArray(content) ? content : []) as { readonly text?: string }[]
  return parts.map(({ text = '' }) => text).join('')
}

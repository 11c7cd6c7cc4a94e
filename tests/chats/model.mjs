import { MockLanguageModelV4 } from 'ai/test'

/** The answer to a question. With `long` it takes some seconds, and with `endless` longer than a test. */
export function proseFor(/** @type {string} */ question) {
  const count = question.includes('endless') ? 6_000 : question.includes('long') ? 300 : 40
  return Array.from({ length: count }, (_, index) => `Word ${index}${index % 10 === 9 ? '. ' : ' '}`)
}

/**
 * A model that thinks, calls the tool that the question names (`search` or `pay`), if any, and then answers in prose, with 5 ms
 * between two tokens, or 25 ms in an endless answer.
 */
export function createModel() {
  return new MockLanguageModelV4({
    doStream: async ({ prompt, abortSignal }) => {
      const question = JSON.stringify(prompt.filter(({ role }) => role === 'user').at(-1)?.content)
      const toolName = prompt.at(-1)?.role === 'tool' ? undefined : /search|pay/.exec(question)?.[0]
      const parts = toolName ? [...thought, ...callOf(toolName)] : proseParts(question)
      const everyMs = question.includes('endless') ? 25 : 5
      return { stream: paced([{ type: 'stream-start', warnings: [] }, ...parts], everyMs, abortSignal) }
    },
  })
}

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
const thought = [
  { type: 'reasoning-start', id: 'r' },
  ...['Let ', 'me ', 'think ', 'of \u001e"marks".'].map((delta) => ({ type: 'reasoning-delta', id: 'r', delta })),
  { type: 'reasoning-end', id: 'r' },
]

/** @param {string} toolName */
function callOf(toolName) {
  const input = JSON.stringify({ query: 'the \u001e question 😀' })
  const id = `call-${toolName}`
  return [
    { type: 'tool-input-start', id, toolName },
    ...(input.match(/.{1,4}/gsu) ?? []).map((delta) => ({ type: 'tool-input-delta', id, delta })),
    { type: 'tool-input-end', id },
    { type: 'tool-call', toolCallId: id, toolName, input },
    { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_calls' }, usage },
  ]
}

/** @param {string} question */
function proseParts(question) {
  return [
    { type: 'text-start', id: 't' },
    ...proseFor(question).map((delta) => ({ type: 'text-delta', id: 't', delta })),
    { type: 'text-end', id: 't' },
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
  ]
}

/**
 * @param {object[]} parts
 * @param {number} everyMs
 * @param {AbortSignal | undefined} signal
 * @returns {ReadableStream<any>}
 */
function paced(parts, everyMs, signal) {
  let index = 0
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, everyMs))
      if (signal?.aborted) controller.error(signal.reason)
      else if (index < parts.length) controller.enqueue(parts[index++])
      else controller.close()
    },
  })
}

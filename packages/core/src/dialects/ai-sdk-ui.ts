import { type Dialect, failure, jsonDialect, textOf, wordOf } from './json'

interface Chunk {
  readonly type: string
  readonly delta: unknown
  readonly errorText: unknown
  readonly finishReason: unknown
}

/** What the versions 5 to 7 send if the provider ended without a reason. */
const unknownReasons = /^(?:unknown|other|interrupted)$/

/**
 * The UI message stream of the AI SDK 5, 6 and 7, as `toUIMessageStreamResponse` and `createUIMessageStreamResponse` send it.
 * Reads the text parts, and no reasoning.
 *
 * The text is whole at `[DONE]` after a `finish` chunk. So a server that writes its own chunks must write a `finish` too. Its `finishReason` is the finish reason, or `finish` if it has none. With `error`, or with a word for a reason
 * that is not known, it is an error. An `abort` chunk is the end with the status `stopped`.
 */
export const aiSdkUi: Dialect = /* @__PURE__ */ jsonDialect<Chunk>('done', (chunk) => {
  const { type, delta, errorText, finishReason } = chunk
  switch (type) {
    case 'text-delta':
      return { text: textOf(delta) }
    case 'finish': {
      const reason = wordOf(finishReason) ?? 'finish'
      if (reason === 'error') return failure(undefined)
      return unknownReasons.test(reason) ? failure({ code: 'no-finish-reason', ...chunk }) : { finishReason: reason }
    }
    case 'abort':
      return { end: 'stopped' }
    case 'error':
      return failure(errorText)
    default:
      return undefined
  }
})

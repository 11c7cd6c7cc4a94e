/**
 * Tells apart why the signal of a resume aborts: because the user stops the chat, or because a later resume of the same chat takes
 * its place. In the second case the later one begins in the same tick, just after the abort. Two chats of a page may have the same
 * id, so that it is not enough to know the latest resume.
 */
export function watchResumes() {
  /** The chats that a resume begins for in this tick. */
  const beginning = new Map<string, object>()

  return {
    /**
     * Call it before anything else is awaited.
     *
     * @returns whether the resume was replaced. Known a microtask after its signal has aborted
     */
    begin(chatId: string, signal: AbortSignal | undefined): () => boolean {
      const resume = {}
      beginning.set(chatId, resume)
      queueMicrotask(() => {
        if (beginning.get(chatId) === resume) beginning.delete(chatId)
      })
      let isReplaced = false
      const check = () => {
        isReplaced = beginning.has(chatId)
      }
      signal?.addEventListener('abort', () => queueMicrotask(check), { once: true })
      return () => isReplaced
    },
  }
}

/**
 * Tells apart why the signal of a resume aborts: because the user stops the chat, or because a later resume of the same chat takes
 * its place. In the second case the later one begins in the same tick, just after the abort. Two chats of a page may have the same
 * id, so that it is not enough to know the latest resume.
 */
export function watchResumes() {
  /** The ids of the chats whose resume begins in this tick, one for each resume. */
  const beginning: string[] = []

  return {
    /**
     * Call it before anything else is awaited.
     *
     * @returns whether the resume was replaced. Known a microtask after its signal has aborted
     */
    begin(chatId: string, signal: AbortSignal | undefined): () => boolean {
      beginning.push(chatId)
      queueMicrotask(() => beginning.shift())
      let isReplaced = false
      const check = () => {
        isReplaced = beginning.includes(chatId)
      }
      signal?.addEventListener('abort', () => queueMicrotask(check), { once: true })
      return () => isReplaced
    },
  }
}

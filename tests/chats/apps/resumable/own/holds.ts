const held = new Map<string, () => void>()

/** Waits for `release` where the question asks for that, so that a test decides when an answer goes on. */
export async function hold(question: string, signal?: AbortSignal): Promise<void> {
  if (!question.includes('hold')) return
  await new Promise<void>((resolve) => {
    held.set(question, resolve)
    signal?.addEventListener('abort', () => resolve())
  })
}

/** Lets the answer to a question go on. */
export function release(question: string): void {
  held.get(question)?.()
  held.delete(question)
}

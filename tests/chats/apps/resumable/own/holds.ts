const held = new Map<string, () => void>()
const released = new Set<string>()

/** Waits for `release` where the question asks for that, so that a test decides when an answer goes on. */
export async function hold(question: string, signal?: AbortSignal): Promise<void> {
  if (!question.includes('hold') || released.has(question)) return
  await new Promise<void>((resolve) => {
    held.set(question, resolve)
    signal?.addEventListener('abort', () => resolve())
  })
}

/** Lets the answer to a question go on, also if it is not held yet. */
export function release(question: string): void {
  released.add(question)
  held.get(question)?.()
}

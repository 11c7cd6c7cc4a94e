/**
 * A stream of what `produce` sends. An error of `produce` comes after everything that was sent before it. (An error of a plain
 * `ReadableStream` discards what was not read yet.)
 *
 * @param onCancel called when nobody reads the stream any more
 */
export function queuedStream<Chunk>(
  produce: (send: (chunk: Chunk) => void) => Promise<void>,
  onCancel: () => void,
): ReadableStream<Chunk> {
  const queue: Chunk[] = []
  let isOver = false
  let wake = () => {}
  const produced = produce((chunk) => {
    queue.push(chunk)
    wake()
  }).finally(() => {
    isOver = true
    wake()
  })
  // `pull` throws it.
  produced.catch(() => undefined)
  return new ReadableStream<Chunk>({
    async pull(controller) {
      while (queue.length === 0 && !isOver)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      for (const chunk of queue.splice(0)) controller.enqueue(chunk)
      if (!isOver) return
      if (controller.desiredSize !== null && controller.desiredSize <= 0) return
      await produced
      controller.close()
    },
    cancel: onCancel,
  })
}

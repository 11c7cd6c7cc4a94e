import { createStreamClient, keepstream, type StreamClient } from '@keepstream/core'

/** Bare: reads a response with the platform alone and returns its text. */
export async function readText(response: Response): Promise<string> {
  if (!response.ok || !response.body) throw new Error(`${response.url} returned ${response.status}`)
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
  }
}

/** A client of a Keepstream server on `port` that publishes at once, so that no frame adds to what is measured. */
export function clientOf(port: number): StreamClient {
  return createStreamClient({ ...keepstream({ url: `http://127.0.0.1:${port}/streams` }), throttleMs: 0, graceMs: 0 })
}

/** Drives or follows a stream until its text satisfies `isEnough` or it has ended. Then leaves it, and returns the text. */
export function readStream(
  client: StreamClient,
  id: string,
  { start = false, isEnough = () => false }: { start?: boolean; isEnough?: (text: string) => boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = client.stream(id)
    let leave: (() => void) | undefined
    let isOver = false
    leave = stream.subscribe(
      ({ text, status, connection, error }) => {
        if (isOver) return
        if (connection === 'failed') reject(error)
        else if (isEnough(text) || status === 'done') resolve(text)
        else if (status !== 'pending' && status !== 'streaming') reject(new Error(`${id} ended as ${status}`))
        else return
        isOver = true
        // The first state comes before `subscribe` has returned.
        queueMicrotask(() => leave?.())
      },
      { start },
    )
  })
}

import type { Streams } from '@keepstream/server'
import { until } from './until'

export interface Answer {
  readonly id: string
  /** Lets the producer write this much more. */
  say(text: string): void
  /** Lets the producer end. */
  finish(): void
  /** What the driver's channel has brought. */
  shown(): string
  /** Resolves with all of it when the channel has ended cleanly. */
  readonly whole: Promise<string>
}

/** Drives a stream whose producer writes what the test says, and reads its channel all the while. */
export async function startAnswer(streams: Streams): Promise<Answer> {
  const id = await streams.createStream()
  const waiting: string[] = []
  let isFinished = false
  let wake = () => {}
  const response = await streams.stream(new Request('http://test.invalid/'), id, async (append) => {
    for (;;) {
      for (const text of waiting.splice(0)) await append(text)
      if (isFinished) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  })
  let shown = ''
  const whole = (async () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    for await (const bytes of response.body ?? []) shown += decoder.decode(bytes, { stream: true })
    return shown
  })()
  // Whoever awaits it is told; until then it is nobody's.
  whole.catch(() => {})
  return {
    id,
    say(text) {
      waiting.push(text)
      wake()
    },
    finish() {
      isFinished = true
      wake()
    },
    shown: () => shown,
    whole,
  }
}

/** Until a text that ends so is stored, also while the store does not answer yet. */
export function untilStored(streams: Streams, id: string, ending: string): Promise<void> {
  const isStored = () =>
    streams.getStreamBody(id).then(
      ({ text }) => text.endsWith(ending),
      () => false,
    )
  return until(isStored, `"${ending}" is stored`)
}

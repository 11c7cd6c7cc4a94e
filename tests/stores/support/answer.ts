import type { Streams } from '@keepstream/server'
import { until } from '../../support/until'

export interface Answer {
  readonly id: string
  /** Lets the producer write this much more. */
  say(text: string): void
  /** Lets the producer end. */
  finish(): void
  /** The text that the driver's channel has received. */
  shown(): string
  /** Resolves with the whole text when the channel has ended cleanly. */
  readonly whole: Promise<string>
}

/** Drives a stream whose producer writes the text of the test, and reads its channel meanwhile. */
export async function startAnswer(streams: Streams): Promise<Answer> {
  const id = await streams.createStream()
  const waiting: string[] = []
  let isFinished = false
  let wake = () => {}
  const response = await streams.stream(new Request('http://test.invalid/'), id, async ({ append }) => {
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
  // A test that awaits it gets the rejection. Before that, it must not count as unhandled.
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

/** Waits until the stored text ends like this, also while the store does not respond yet. */
export function untilStored(streams: Streams, id: string, ending: string): Promise<void> {
  const isStored = () =>
    streams.getStreamBody(id).then(
      ({ text }) => text.endsWith(ending),
      () => false,
    )
  return until(isStored, `"${ending}" is stored`)
}

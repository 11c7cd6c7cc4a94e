import { createStreamClient, type LiveSource, type StreamClientOptions, type TextStream } from '@keepstream/core'
import { fakeLive, fakeTail } from './fake-source'

/** With the fake clock, waits are 100, 200, 400 and then 800 ms. */
export const WAITS = { minMs: 200, maxMs: 1600 }
export const GRACE_MS = 1000
export const PUBLISH_MS = 100

/** A client whose sources are in the hands of the test. */
export function setup({
  canRepeat,
  stallMs,
  ...options
}: Partial<StreamClientOptions> & Pick<LiveSource, 'canRepeat' | 'stallMs'> = {}) {
  const live = fakeLive({ canRepeat, stallMs })
  const tail = fakeTail(stallMs ? { stallMs } : {})
  const client = createStreamClient({
    live,
    snapshot: tail,
    poll: WAITS,
    retry: WAITS,
    graceMs: GRACE_MS,
    ...options,
  })
  return { client, live, tail }
}

export const shown = (stream: TextStream) => stream.$state.get()

import { type Snapshot, type StreamClient, type UseStreamResult, useStream } from '@keepstream/react'
import { act, render } from '@testing-library/react'
import { Fragment, StrictMode } from 'react'
import { expect } from 'vitest'
import { settled } from './fake-time'

/** Every acceptance row runs in both: StrictMode mounts, unmounts and mounts again. */
export const modes = [
  { mode: 'inside <StrictMode>', Mode: StrictMode },
  { mode: 'outside <StrictMode>', Mode: Fragment },
]

export interface WatchedProps {
  readonly client: StreamClient
  readonly id: string | undefined
  readonly driven?: boolean | undefined
  readonly initial?: Snapshot | undefined
}

export interface WatchedStream {
  /** Every result the hook has returned, those of discarded renders among them. */
  readonly results: readonly UseStreamResult[]
  readonly last: UseStreamResult
  /** What stands on the screen. */
  readonly screen: string
  show(props: Partial<WatchedProps>): void
  unmount(): void
}

export interface ProbeProps extends WatchedProps {
  readonly onRender: (result: UseStreamResult) => void
}

/** Shows a stream as an application does, with everything that can be inline inline. */
export function Probe({ client, id, driven, initial, onRender }: ProbeProps) {
  const result = useStream(client, id, { driven, initial: initial && { ...initial } })
  onRender(result)
  return <output>{result.text}</output>
}

export function watchStream(props: WatchedProps, Mode = Fragment): WatchedStream {
  const results: UseStreamResult[] = []
  let current = props
  const page = () => (
    <Mode>
      <Probe {...current} onRender={(result) => results.push(result)} />
    </Mode>
  )
  const { rerender, unmount, container } = render(page())
  return {
    results,
    get last() {
      const last = results.at(-1)
      if (!last) throw new Error('the hook has not been rendered')
      return last
    },
    get screen() {
      return container.textContent ?? ''
    },
    show(change) {
      current = { ...current, ...change }
      rerender(page())
    },
    unmount,
  }
}

/** Lets something happen, and everything that follows from it, up to what is on the screen. */
export function happens(what: () => unknown = () => {}): Promise<void> {
  return act(async () => {
    await what()
    await settled()
  })
}

/** P1 and P2: each text that was rendered is a prefix of the true one, and begins with the one before it. */
export function expectGrowing(results: readonly UseStreamResult[], truth: string) {
  let before = ''
  for (const { text } of results) {
    expect(truth.startsWith(text), `${JSON.stringify(text)} is no prefix of the true text`).toBe(true)
    expect(text.startsWith(before), `${JSON.stringify(text)} does not go on from ${JSON.stringify(before)}`).toBe(true)
    before = text
  }
}

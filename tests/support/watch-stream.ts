import type { StreamState } from '@keepstream/core'

const ranks = { pending: 0, streaming: 1, done: 2, error: 2, timeout: 2, stopped: 2 } as const

/** The part of a client's stream that `watchStream` needs. */
interface Watchable {
  readonly $state: { get(): StreamState; listen(listener: (state: StreamState) => void): () => void }
}

export interface Watch {
  /** Each violated guarantee, as a message. Empty if all guarantees held. */
  readonly violations: readonly string[]
  /** The number of different texts that were shown. */
  readonly shown: number
  /** Resolves with the first terminal state. */
  readonly finished: Promise<StreamState>
  /** Resolves once `condition` holds. */
  until(condition: (state: StreamState) => boolean): Promise<StreamState>
  stop(): void
}

/**
 * Checks P1, P2, P3 and P13 on every state that a screen would show.
 *
 * @param options.isTruthKnown if false, each text must only begin with the text before it. @default true
 */
export function watchStream(stream: Watchable, truth: string, { isTruthKnown = true } = {}): Watch {
  const violations: string[] = []
  const waiting = new Set<(state: StreamState) => void>()
  let previous = stream.$state.get()
  let shown = 0
  const stop = stream.$state.listen((state) => {
    if (!isTruthKnown && !state.text.startsWith(previous.text))
      violations.push(`P1: the text changed before ${previous.text.length}`)
    if (isTruthKnown && !isPrefix(truth, state.text))
      violations.push(`P1: not a prefix at ${state.text.length}: ${differ(truth, state.text)}`)
    if (state.text.length < previous.text.length) {
      violations.push(`P2: shrank from ${previous.text.length} to ${state.text.length}`)
    }
    if (isTruthKnown && state.status === 'done' && state.text !== truth) {
      violations.push(`P3: done at ${state.text.length} of ${truth.length}`)
    }
    const isUp = ranks[state.status] > ranks[previous.status] || state.status === previous.status
    if (!isUp) violations.push(`P13: ${previous.status} became ${state.status}`)
    if (state.text !== previous.text) shown += 1
    previous = state
    for (const notify of waiting) notify(state)
  })
  const until = (condition: (state: StreamState) => boolean) =>
    new Promise<StreamState>((resolve) => {
      const check = (state: StreamState) => {
        if (!condition(state)) return
        waiting.delete(check)
        resolve(state)
      }
      waiting.add(check)
      check(stream.$state.get())
    })
  return {
    violations,
    get shown() {
      return shown
    },
    finished: until((state) => ranks[state.status] === 2),
    until,
    stop,
  }
}

/** When an answer ends with half a character, the server stores U+FFFD in its place. No text may follow it. */
function isPrefix(truth: string, text: string): boolean {
  if (truth.startsWith(text)) return true
  const last = text.length - 1
  const isHalf = text.endsWith('\uFFFD') && /[\uD800-\uDBFF]/.test(truth[last] ?? '')
  return isHalf && truth.startsWith(text.slice(0, last))
}

function differ(truth: string, text: string): string {
  let index = 0
  while (index < text.length && text[index] === truth[index]) index += 1
  return `at ${index} ${JSON.stringify(text.slice(index, index + 20))} for ${JSON.stringify(truth.slice(index, index + 20))}`
}

import { atom } from 'nanostores'
import type { TextStream } from '../client/client-types'
import { addListener, subscribe, type TextListener } from '../client/listen'
import { publishState, type Reader } from '../client/publish-state'
import { handled } from '../client/stop'
import { guarded } from '../guarded'
import { isTerminal, type StreamState } from '../types'
import { floorToGrapheme, isHighSurrogate } from './floor-to-grapheme'
import { createPace } from './pace'
import type { SmoothEnvironment } from './smooth-environment'
import { createTicker } from './ticker'

/** The longest wait between two steps when there are no animation frames, in milliseconds. */
const STEP_MS = 50

interface SmoothFacts {
  readonly maxLagMs: number
  readonly environment: SmoothEnvironment
  readonly segmenter: Intl.Segmenter | undefined
  /** Whether all text is shown at once, without motion. */
  readonly isCalm: () => boolean
}

/** Shows the stream `source` with the end of its text still to be revealed. */
export function createSmoothStream(
  source: TextStream,
  { maxLagMs, environment, segmenter, isCalm }: SmoothFacts,
): TextStream {
  const readers = new Set<Reader>()
  const listeners = new Set<TextListener>()
  const now = () => (environment.Date ?? Date).now()

  /** The state of the source. */
  let target = source.$state.get()
  /** All fields but the text come from this state of the source. It is an older one while an end waits for its text. */
  let facts = target
  /** How much of the target's text is shown, and how much of it the listeners have received. */
  let shown = endOf(target)
  let sent = shown
  let isCut = false
  /** Set while text is being revealed. */
  let revealing: AbortController | undefined

  const pace = createPace(maxLagMs, shown)
  const ticker = createTicker(step, environment)
  const $state = atom(view())

  function view(): StreamState {
    const { text, origin, isReconciled } = target
    return shown === text.length ? target : { ...facts, origin, isReconciled, text: text.slice(0, shown) }
  }

  function publish() {
    publishState($state, view(), readers)
    if (!isCut && shown === sent) return
    const delta = target.text.slice(sent, shown)
    const offset = sent
    sent = shown
    isCut = false
    for (const listener of listeners) guarded(() => listener(delta, offset))
  }

  function receive(next: StreamState) {
    const before = target
    target = next
    if (!isTerminal(next.status)) facts = next
    const last = before.text.slice(0, shown)
    // Shown text is taken back only if the store has another text (P9), or if it was cleared.
    if ((next.isReconciled || next.text.length < shown) && next.text.slice(0, shown) !== last) {
      shown = sent = floorToGrapheme(next.text, commonLength(last, next.text), segmenter)
      isCut = true
      pace.jump(shown)
    }
    const atMs = now()
    pace.arrive(endOf(next), atMs)
    // Until the source has caught up, its text is backlog.
    const isBacklog = !before.isCaughtUp || !next.isCaughtUp
    if (isBacklog || !readers.size || isCalm() || (pace.dueMs ?? atMs) <= atMs) return showAll()
    reveal()
    if (isCut || changedKeys.some((key) => next[key] !== before[key])) publish()
  }

  function reveal() {
    if (revealing) return
    revealing = new AbortController()
    const { document } = environment
    document?.addEventListener('visibilitychange', () => document.hidden && showAll(), { signal: revealing.signal })
    requestStep()
  }

  function requestStep() {
    ticker.request(Math.min(STEP_MS, Number(pace.dueMs) - now()))
  }

  function step() {
    const end = pace.advance(now())
    // Readers are counted only here: a component may detach and attach again in between, as with another id or new options.
    if (pace.dueMs === undefined || isCalm() || !readers.size) return showAll()
    requestStep()
    const next = floorToGrapheme(target.text, end, segmenter)
    if (next <= shown) return
    shown = next
    publish()
  }

  function showAll() {
    revealing?.abort()
    revealing = undefined
    ticker.stop()
    shown = endOf(target)
    pace.jump(shown)
    publish()
  }

  // The two streams keep each other alive. Text that arrives while no reader is attached here is shown at once.
  source.$state.listen(receive)

  const stream: TextStream = {
    ...source,
    $state,
    attach({ onEnd, ...options } = {}) {
      const detach = source.attach(options)
      const reader: Reader = {}
      readers.add(reader)
      // The page was rendered with more text than is shown here. To cut that text would make it shrink on the screen (P2).
      if (options.initial?.text[shown]) showAll()
      reader.onEnd = onEnd
      return () => {
        readers.delete(reader)
        detach()
      }
    },
    subscribe: (listener, options) => subscribe($state, () => stream.attach(options), listener),
    onText(listener) {
      const remove = addListener(listeners, listener)
      // A text listener of the source keeps the source, which keeps this stream.
      const release = source.onText(() => {})
      return () => {
        remove()
        release()
      }
    },
    // The user has stopped the stream, so the rest is shown at once.
    stop: () => handled(source.stop().then(showAll)),
  }
  return stream
}

const changedKeys = [
  'status',
  'connection',
  'error',
  'retrying',
  'isCaughtUp',
  'isReconciled',
  'isStalled',
  'isStopping',
  'finishReason',
] as const

/** The offset up to which the text can be shown. Half a surrogate pair waits for its other half, if more text may come. */
function endOf({ text, status }: StreamState): number {
  const last = text.length - 1
  return isHighSurrogate(text, last) && !isTerminal(status) ? last : text.length
}

function commonLength(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

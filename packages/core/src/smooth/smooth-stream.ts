import { atom } from 'nanostores'
import { guarded } from '../client/guarded'
import { addListener, subscribe, type TextListener } from '../client/listen'
import type { TextStream } from '../client/stream-client'
import { isTerminal, type StreamState } from '../types'
import { floorToGrapheme, isHighSurrogate } from './floor-to-grapheme'
import { createPace } from './pace'
import type { SmoothEnvironment } from './smooth-environment'
import { createTicker } from './ticker'

/** The longest wait between two steps where no frames come, in milliseconds. */
const STEP_MS = 50

interface SmoothFacts {
  readonly maxLagMs: number
  readonly environment: SmoothEnvironment
  readonly segmenter: Intl.Segmenter | undefined
  /** Nothing is to move. */
  readonly isCalm: () => boolean
}

/** The stream as its readers see it: `source`, with the end of its text still to be revealed. */
export function createSmoothStream(
  source: TextStream,
  { maxLagMs, environment, segmenter, isCalm }: SmoothFacts,
): TextStream {
  const readers = new Set<object>()
  const listeners = new Set<TextListener>()
  const now = () => (environment.Date ?? Date).now()

  /** What the source shows. */
  let target = source.$state.get()
  /** The source's state that all but the text is taken from. It is an older one while an end waits for its text. */
  let facts = target
  /** How much of the target's text is shown, and how much of it the listeners were told. */
  let shown = endOf(target)
  let told = shown
  let isCut = false
  /** Stands while text is being revealed. */
  let revealing: AbortController | undefined

  const pace = createPace(maxLagMs, shown)
  const ticker = createTicker(step, environment)
  const $state = atom(view())

  function view(): StreamState {
    const { text, epoch, base, isReconciled } = target
    return shown === text.length ? target : { ...facts, epoch, base, isReconciled, text: text.slice(0, shown) }
  }

  function publish() {
    guarded(() => $state.set(view()))
    if (!isCut && shown === told) return
    const delta = target.text.slice(told, shown)
    const offset = told
    told = shown
    isCut = false
    for (const listener of listeners) guarded(() => listener(delta, offset))
  }

  function receive(next: StreamState) {
    const before = target
    target = next
    if (!isTerminal(next.status)) facts = next
    const last = before.text.slice(0, shown)
    // Only where the store contradicts what was shown is anything taken back (P9).
    if (next.isReconciled && next.text.slice(0, shown) !== last) {
      shown = told = floorToGrapheme(next.text, commonLength(last, next.text), segmenter)
      isCut = true
      pace.jump(shown)
    }
    const atMs = now()
    pace.arrive(endOf(next), atMs)
    // Until it has caught up, what comes is backlog.
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
    ask()
  }

  function ask() {
    ticker.ask(Math.min(STEP_MS, Number(pace.dueMs) - now()))
  }

  function step() {
    const end = pace.advance(now())
    // Whoever leaves and is back by now has not left: a new id and its return, other options, another component.
    if (pace.dueMs === undefined || isCalm() || !readers.size) return showAll()
    ask()
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

  // For as long as either stands, the other one does: what is read while nobody is attached here is shown as it comes.
  source.$state.listen(receive)

  const stream: TextStream = {
    ...source,
    $state,
    attach(options) {
      const detach = source.attach(options)
      const reader = {}
      readers.add(reader)
      // A page was rendered with more than is shown: cut to that, it would shrink on the screen (P2).
      if (options?.initial?.text[shown]) showAll()
      return () => {
        readers.delete(reader)
        detach()
      }
    },
    subscribe: (listener, options) => subscribe($state, () => stream.attach(options), listener),
    onText: (listener) => addListener(listeners, listener),
    async stop() {
      await source.stop()
      // Whoever asked for the end wants to see no more of it being written.
      showAll()
    },
  }
  return stream
}

const changedKeys = [
  'status',
  'connection',
  'error',
  'isCaughtUp',
  'isReconciled',
  'isStalled',
  'finishReason',
] as const

/** Where a text can be shown up to: half a character waits for its other half, as long as more may come. */
function endOf({ text, status }: StreamState): number {
  const last = text.length - 1
  return isHighSurrogate(text, last) && !isTerminal(status) ? last : text.length
}

function commonLength(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

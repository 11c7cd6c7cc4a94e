import { atom } from 'nanostores'
import type { TextStream } from '../client/client-types'
import { addListener, subscribe, type TextListener } from '../client/listen'
import { publishState, type Reader } from '../client/publish-state'
import { handled } from '../client/stop'
import { guarded } from '../guarded'
import { isTerminal, type StreamState } from '../types'
import { floorToGrapheme, isHighSurrogate, REACH } from './floor-to-grapheme'
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
  /**
   * The end of the target's text: what is not shown yet, and a little before it. Only this is searched and cut. To look into
   * a whole long text costs as much as to copy it, because what was appended is joined for that.
   */
  let recent = target.text
  /** How much of the target's text is shown, how much of it the listeners have received, and what of it is published. */
  let shown = endOfText()
  let sent = shown
  let shownText = recent.slice(0, shown)
  let isCut = false
  /** Set while text is being revealed. */
  let revealing: AbortController | undefined

  const pace = createPace(maxLagMs, shown)
  const ticker = createTicker(step, environment)
  const $state = atom(view())

  /** Where an offset is in `recent`. */
  function indexOf(offset: number) {
    return offset - target.text.length + recent.length
  }

  /** The shown text from an offset on. */
  function shownFrom(offset: number) {
    return recent.slice(indexOf(offset), indexOf(shown))
  }

  /** The offset up to which the text can be shown. Half a surrogate pair waits for its other half, if more text may come. */
  function endOfText() {
    return target.text.length - Number(isHighSurrogate(recent, recent.length - 1) && !isTerminal(target.status))
  }

  function view(): StreamState {
    const { text, origin, isReconciled } = target
    return shown === text.length ? target : { ...facts, origin, isReconciled, text: shownText }
  }

  function publish() {
    shownText = shown === target.text.length ? target.text : shownText + shownFrom(shownText.length)
    publishState($state, view(), readers)
    // A listener of the state may have published more, and then the text listeners have received all of it.
    if (isCut || sent < shown) {
      const delta = shownFrom(sent)
      const offset = sent
      sent = shown
      isCut = false
      for (const listener of listeners) guarded(() => listener(delta, offset))
    }
    recent = recent.slice(shown - target.text.length - REACH - 1)
  }

  /** Takes the next state of the source, and what was added to its text at `offset`. */
  function receive(next: StreamState, delta = '', offset = target.text.length) {
    const before = target
    const index = indexOf(offset)
    target = next
    if (!isTerminal(next.status)) facts = next
    if (index >= 0 && offset >= shown) recent = recent.slice(0, index) + delta
    else {
      // Shown text is taken back only if the store has another text (P9), or if it was cleared.
      recent = next.text
      shown = floorToGrapheme(recent, offset, segmenter)
      shownText = recent.slice(0, shown)
      sent = Math.min(sent, shown)
      isCut = true
      pace.jump(shown)
    }
    const atMs = now()
    pace.arrive(endOfText(), atMs)
    // Until the source has caught up, its text is backlog.
    const isBacklog = !before.isCaughtUp || !next.isCaughtUp
    if (isBacklog || !readers.size || isCalm() || (pace.dueMs ?? atMs) <= atMs) return showAll()
    if (!revealing) {
      revealing = new AbortController()
      const { document } = environment
      document?.addEventListener('visibilitychange', () => document.hidden && showAll(), { signal: revealing.signal })
      requestStep()
    }
    const keys = Object.keys(next) as (keyof StreamState)[]
    if (isCut || keys.some((key) => !/text|origin/.test(key) && next[key] !== before[key])) publish()
  }

  function requestStep() {
    ticker.request(Math.min(STEP_MS, Number(pace.dueMs) - now()))
  }

  function step() {
    const end = pace.advance(now())
    // Readers are counted only here: a component may detach and attach again in between, as with another id or new options.
    if (pace.dueMs === undefined || isCalm() || !readers.size) return showAll()
    requestStep()
    const next = end - indexOf(end) + floorToGrapheme(recent, indexOf(end), segmenter)
    if (next <= shown) return
    shown = next
    publish()
  }

  function showAll() {
    revealing?.abort()
    revealing = undefined
    ticker.stop()
    shown = endOfText()
    pace.jump(shown)
    publish()
  }

  // The two streams keep each other alive. Text that arrives while no reader is attached here is shown at once.
  source.$state.listen((next) => follow(next))

  function follow(next: StreamState, delta?: string, offset?: number) {
    if (next === target) return
    // Nobody sees what was shown, so nothing is compared.
    if (!readers.size && !listeners.size) receive(next, next.text, 0)
    // If text was added, that comes next, to the text listener.
    else if ((delta === undefined) === (next.text === target.text)) receive(next, delta, offset)
  }

  /** Receives the source's text as it grows, for one reader or listener, which also keeps the source and this stream. */
  function hold(leave: () => void) {
    const release = source.onText((delta, offset) => follow(source.$state.get(), delta, offset))
    return () => {
      leave()
      release()
      // What was added may have been about to come.
      follow(source.$state.get())
    }
  }

  const stream: TextStream = {
    ...source,
    $state,
    attach({ onEnd, ...options } = {}) {
      const detach = source.attach(options)
      const reader: Reader = {}
      readers.add(reader)
      const leave = hold(() => {
        readers.delete(reader)
        detach()
      })
      // The page was rendered with more text than is shown here. To cut that text would make it shrink on the screen (P2).
      if (options.initial?.text[shown]) showAll()
      reader.onEnd = onEnd
      return leave
    },
    subscribe: (listener, options) => subscribe($state, () => stream.attach(options), listener),
    onText: (listener) => hold(addListener(listeners, listener)),
    // The user has stopped the stream, so the rest is shown at once.
    stop: () => handled(source.stop().then(showAll)),
  }
  return stream
}

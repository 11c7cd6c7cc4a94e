import type { Environment } from '../environment'
import { isTerminal, type StreamStatus, type TerminalStatus } from '../types'

/** How the server writes the text. */
export interface FakeTextOptions {
  /** The whole text, or the chunks in which it is written. A function returns them by the id of the stream. */
  readonly text: string | readonly string[] | ((id: string) => string | readonly string[])
  /** The length of the chunks of a whole text, in UTF-16 code units. No surrogate pair is split. @default 8 */
  readonly chunkLength?: number | undefined
  /** From one chunk to the next, in milliseconds. @default 50 */
  readonly chunkMs?: number | undefined
  /** From writing a chunk to storing it, in milliseconds. Then followers may see it. @default 100 */
  readonly persistMs?: number | undefined
  /** How much is stored when the first reader comes. The text is then already being written. @default it waits to be driven */
  readonly stored?: number | undefined
  /** How it ends. @default 'done' */
  readonly status?: TerminalStatus | undefined
  /** With the status `error`: a code for readers. */
  readonly error?: string | undefined
  /** The producer's finish reason. It comes with the end, unless the stream is stopped. */
  readonly finishReason?: string | undefined
  /**
   * The server dies when the text has reached `at`, and every connection is cut. Only the text before `keep` was stored.
   * The generation resumes from there after `stalledMs` (default: at once), under a new epoch, with `text` or with the lost
   * text. Until then the stream is reported as stalled.
   */
  readonly restart?: FakeRestart | undefined
}

export interface FakeRestart {
  readonly at: number
  readonly keep: number
  readonly text?: string | undefined
  readonly stalledMs?: number | undefined
}

/** One text on a server. It is written and stored as time passes, with or without readers. */
export interface FakeText {
  /** The written text. It may be longer than the stored text. */
  readonly text: string
  readonly storedLength: number
  /** The status in the store. */
  readonly status: StreamStatus
  readonly epoch: number
  readonly base: number
  /** No process writes at the moment. */
  readonly isStalled: boolean
  /** The options that cannot be met, or whose event has not happened yet. */
  readonly left: readonly string[]
  /** Starts the generation, unless it has been started. */
  start(): void
  /** Ends the generation. The written text is kept. */
  stop(): void
  /** The listener is called on every change and when the server dies. Returns unsubscribe. */
  watch(listener: (isDead: boolean) => void): () => void
}

export function createFakeText(id: string, options: FakeTextOptions, environment: Environment): FakeText {
  const { chunkLength = 8, chunkMs = 50, persistMs = 100, status: last = 'done' } = options
  const whole = typeof options.text === 'function' ? options.text(id) : options.text
  const listeners = new Set<(isDead: boolean) => void>()
  let chunks = typeof whole === 'string' ? split(whole, chunkLength) : [...whole]
  let { restart } = options
  let text = ''
  let storedLength = 0
  let status: StreamStatus = 'pending'
  let epoch = 1
  let base = 0
  let timer: unknown
  let isStarted = false
  let isStalled = false
  let isClosing = false
  let isStoredShort = false

  const notify = (isDead = false) => {
    for (const listener of [...listeners]) listener(isDead)
  }
  const after = (ms: number, run: () => void) => (ms > 0 ? environment.setTimeout(run, ms) : run())
  const next = () => {
    timer = environment.setTimeout(write, chunkMs)
  }

  function write() {
    const chunk = chunks.shift()
    if (chunk === undefined) return close(last)
    status = 'streaming'
    text += chunk
    if (restart && text.length >= restart.at) return die(restart)
    const { length } = text
    const written = epoch
    after(persistMs, () => {
      if (epoch === written) store(length)
    })
    next()
    notify()
  }

  function store(length: number) {
    storedLength = Math.max(storedLength, Math.min(length, restart?.keep ?? length))
    notify()
  }

  function die({ keep, text: fresh, stalledMs = 0 }: FakeRestart) {
    restart = undefined
    const lost = text.slice(keep) + chunks.join('')
    chunks = split(fresh ?? lost, chunkLength)
    text = text.slice(0, keep)
    storedLength = keep
    isStalled = stalledMs > 0
    const resume = () => {
      isStalled = false
      base = keep
      epoch++
      next()
    }
    if (isStalled) timer = environment.setTimeout(resume, stalledMs)
    else resume()
    notify(true)
  }

  function close(as: TerminalStatus) {
    if (isClosing) return
    isClosing = true
    environment.clearTimeout(timer as never)
    after(persistMs, () => {
      storedLength = text.length
      status = as
      notify()
    })
  }

  function start() {
    if (isStarted) return
    isStarted = true
    next()
  }

  if (options.stored !== undefined) {
    const all = chunks.join('')
    text = all.slice(0, options.stored)
    isStoredShort = text.length < options.stored
    chunks = split(all.slice(options.stored), chunkLength)
    storedLength = text.length
    status = 'streaming'
    isStarted = true
    if (chunks.length) next()
    else {
      isClosing = true
      status = last
    }
  }

  return {
    get text() {
      return text
    },
    get storedLength() {
      return storedLength
    },
    get status() {
      return status
    },
    get epoch() {
      return epoch
    },
    get base() {
      return base
    },
    get isStalled() {
      return isStalled
    },
    get left() {
      return [
        ...(isStoredShort ? [`stored: ${options.stored}`] : []),
        ...(restart ? [`restart: at ${restart.at}`] : []),
      ]
    },
    start,
    stop() {
      isStarted = true
      if (!isTerminal(status)) close('stopped')
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function split(text: string, length: number): string[] {
  const chunks: string[] = []
  let rest = ''
  for (const character of text) {
    rest += character
    if (rest.length < length) continue
    chunks.push(rest)
    rest = ''
  }
  return rest ? [...chunks, rest] : chunks
}

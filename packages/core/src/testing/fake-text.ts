import type { Environment } from '../environment'
import { isTerminal, type StreamStatus, type TerminalStatus } from '../types'

/** How the text comes into being, on the server's side. */
export interface FakeTextOptions {
  /** The whole text, or the pieces it is written in; or which one, by the id of the stream. */
  readonly text: string | readonly string[] | ((id: string) => string | readonly string[])
  /** How long the pieces of a whole text are, in UTF-16 code units. No surrogate pair is split. @default 8 */
  readonly chunkLength?: number | undefined
  /** From one piece to the next, in milliseconds. @default 50 */
  readonly chunkMs?: number | undefined
  /** How long after a piece was written it is stored, and followers may see it, in milliseconds. @default 100 */
  readonly persistMs?: number | undefined
  /** It is being written already, and this much of it is stored, when the first reader comes. @default it waits to be driven */
  readonly stored?: number | undefined
  /** How it ends. @default 'done' */
  readonly status?: TerminalStatus | undefined
  /** With the status `error`: a word for readers. */
  readonly error?: string | undefined
  /** Why the producer stopped, in its own word: told with the end, unless it is stopped. */
  readonly finishReason?: string | undefined
  /**
   * The server dies when the text has come to `at`, and cuts every connection; only what lies before `keep` was stored.
   * Generation is taken up again from there, under a new epoch, with `text` or with what was lost: after `stalledMs` (at
   * once), and until then readers are told that nobody writes.
   */
  readonly restart?: FakeRestart | undefined
}

export interface FakeRestart {
  readonly at: number
  readonly keep: number
  readonly text?: string | undefined
  readonly stalledMs?: number | undefined
}

/** One text on a server: written and stored as time passes, whoever reads. */
export interface FakeText {
  /** What was written. It may be ahead of what is stored. */
  readonly text: string
  readonly storedLength: number
  /** What the store says. */
  readonly status: StreamStatus
  readonly epoch: number
  readonly base: number
  /** Nobody writes at the moment. */
  readonly isStalled: boolean
  /** What was asked of it and cannot be, or has not happened yet. */
  readonly left: readonly string[]
  /** Starts the generation, unless it has been started. */
  start(): void
  /** Ends the generation; what was written is kept. */
  stop(): void
  /** Hears of every change, and of the death of the server. Returns the undo. */
  watch(listener: (isDead: boolean) => void): () => void
}

export function createFakeText(id: string, options: FakeTextOptions, environment: Environment): FakeText {
  const { chunkLength = 8, chunkMs = 50, persistMs = 100, status: last = 'done' } = options
  const given = typeof options.text === 'function' ? options.text(id) : options.text
  const listeners = new Set<(isDead: boolean) => void>()
  let chunks = typeof given === 'string' ? split(given, chunkLength) : [...given]
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

  const tell = (isDead = false) => {
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
    tell()
  }

  function store(length: number) {
    storedLength = Math.max(storedLength, Math.min(length, restart?.keep ?? length))
    tell()
  }

  function die({ keep, text: fresh, stalledMs = 0 }: FakeRestart) {
    restart = undefined
    const lost = text.slice(keep) + chunks.join('')
    chunks = split(fresh ?? lost, chunkLength)
    text = text.slice(0, keep)
    storedLength = keep
    isStalled = stalledMs > 0
    const takeUp = () => {
      isStalled = false
      base = keep
      epoch++
      next()
    }
    if (isStalled) timer = environment.setTimeout(takeUp, stalledMs)
    else takeUp()
    tell(true)
  }

  function close(as: TerminalStatus) {
    if (isClosing) return
    isClosing = true
    environment.clearTimeout(timer as never)
    after(persistMs, () => {
      storedLength = text.length
      status = as
      tell()
    })
  }

  function start() {
    if (isStarted) return
    isStarted = true
    next()
  }

  if (options.stored !== undefined) {
    const whole = chunks.join('')
    text = whole.slice(0, options.stored)
    isStoredShort = text.length < options.stored
    chunks = split(whole.slice(options.stored), chunkLength)
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

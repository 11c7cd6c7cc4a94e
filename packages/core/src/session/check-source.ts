import { SourceError, StreamError, toSourceError } from '../errors'
import {
  type Chunk,
  type End,
  type Initial,
  isTerminal,
  type Snapshot,
  type StreamStatus,
  type SubscriptionSink,
} from '../types'

type Rule = readonly [is: (value: never) => boolean, words: string]

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const count: Rule = [isCount, 'a whole number from 0']
const flag: Rule = [(value: unknown) => typeof value === 'boolean', 'true or false']
const string: Rule = [(value: unknown) => typeof value === 'string', 'a string']

/** What each field of an answer must be. */
const rules = {
  offset: count,
  end: count,
  text: string,
  status: [(value: StreamStatus) => value === 'pending' || value === 'streaming' || isTerminal(value), 'a known word'],
  ending: [isTerminal, 'a terminal word'],
  epoch: count,
  base: count,
  upToDate: flag,
  stalled: flag,
  error: string,
  finishReason: string,
} satisfies Record<string, Rule>

/** What a snapshot may say besides. */
const facts: (keyof typeof rules)[] = ['offset', 'epoch', 'base', 'upToDate', 'error', 'finishReason', 'stalled']

/**
 * The one door through which every answer of every source comes in, whoever wrote the source: fields of the right kinds
 * and no others. `null` counts as left out, since many backends write it so.
 *
 * @throws {SourceError} `server`, naming the field
 */
export function checkSnapshot(answer: unknown): Snapshot {
  return check('a snapshot', answer, ['text', 'status'], facts)
}

/**
 * What a page was rendered with, whole from offset 0, or a state that was kept. The error of a state is an object, made anew.
 *
 * @throws {StreamError} `invalid-option`, naming the field
 */
export function checkInitial(initial: Initial | null | undefined): Snapshot | undefined {
  if (!initial) return
  const fail = (words: string) => new StreamError('invalid-option', `\`initial\` must be whole: ${words}`)
  if ((initial as Snapshot).offset) throw fail('its `text` from 0 on, without an `offset`')
  const isWord = typeof initial.error === 'string'
  const fields = facts.filter((name) => isWord || name !== 'error')
  return check('it', initial, ['text', 'status'], fields, fail)
}

export function checkChunk(answer: unknown): Chunk {
  return check('a chunk', answer, ['offset', 'text'], ['epoch', 'base', 'upToDate', 'stalled'])
}

export function checkEnd(answer: unknown): End {
  return check('an end', answer, ['end', 'ending'], ['epoch', 'error', 'finishReason'])
}

type PushedConnection = Parameters<SubscriptionSink['connection']>[0]

export function checkConnection(said: PushedConnection): PushedConnection {
  if (said === 'live' || said === 'waiting') return said
  throw new SourceError('server', 'a subscription says a `connection` that is neither live nor waiting')
}

/** What a source failed with: one that says where texts part must say it in numbers, and a wait must be one. */
export function checkFailure(cause: unknown): SourceError {
  const error = toSourceError(cause)
  const { code, offset, epoch = 0, retryAfterMs = 0 } = error
  if (code === 'diverged' && !(isCount(offset) && isCount(epoch)))
    return new SourceError('server', 'a source says that texts part, but not where', { cause })
  if (!(retryAfterMs >= 0)) return new SourceError(code, 'a source asks for a wait that is no number', { cause })
  return error
}

function check<Answer>(
  what: string,
  answer: unknown,
  needed: (keyof typeof rules)[],
  optional: (keyof typeof rules)[],
  fail: (words: string) => Error = (words) => new SourceError('server', words),
): Answer {
  const clean: Record<string, unknown> = {}
  for (const rule of [...needed, ...optional]) {
    const name = rule === 'ending' ? 'status' : rule
    const value = (answer as Record<string, unknown> | null | undefined)?.[name] ?? undefined
    const [is, words] = rules[rule]
    if (value === undefined ? needed.includes(rule) : !is(value as never))
      throw fail(`${what} came with ${describe(value)} as \`${name}\`, which must be ${words}`)
    clean[name] = value
  }
  return clean as Answer
}

/** Without its text, which is nobody's business. */
function describe(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return value === undefined ? 'nothing' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

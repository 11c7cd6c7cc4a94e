import { SourceError, StreamError, toSourceError } from '../errors'
import type { Kept } from '../merge/session-state'
import {
  type Chunk,
  type End,
  type Initial,
  isTerminal,
  type Origin,
  type Snapshot,
  type StreamStatus,
  type SubscriptionSink,
} from '../types'

type Rule = readonly [is: (value: never) => boolean, words: string]

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const count: Rule = [isCount, 'a whole number from 0']
const flag: Rule = [(value: unknown) => typeof value === 'boolean', 'true or false']
const string: Rule = [(value: unknown) => typeof value === 'string', 'a string']

/** What each field of a result must be. */
const rules = {
  offset: count,
  end: count,
  text: string,
  status: [(value: StreamStatus) => value === 'pending' || value === 'streaming' || isTerminal(value), 'a known word'],
  ending: [isTerminal, 'a terminal word'],
  epoch: count,
  origin: [({ epoch, base }: Origin) => isCount(epoch) && isCount(base), '{ epoch, base }, two whole numbers from 0'],
  upToDate: flag,
  stalled: flag,
  error: string,
  finishReason: string,
} satisfies Record<string, Rule>

const chunkFacts: (keyof typeof rules)[] = ['origin', 'upToDate', 'stalled']

/**
 * Checks a snapshot of any source. The result has the known fields only, each of the right type. `null` counts as left out,
 * because many backends send it so.
 *
 * @throws {SourceError} `server`, naming the field
 */
export function checkSnapshot(result: unknown): Snapshot {
  return check('a snapshot', result, ['offset', 'text', 'status'], [...chunkFacts, 'error', 'finishReason'])
}

/**
 * Checks `initial`: the whole text from offset 0 that a page was rendered with, or a state that it kept. The error object of a
 * state is left out, and is created again from the status.
 *
 * @throws {StreamError} `invalid-option`, naming the field
 */
export function checkInitial(initial: Initial | null | undefined): Kept | undefined {
  if (!initial) return
  const fail = (words: string) => new StreamError('invalid-option', `\`initial\` must be whole: ${words}`)
  const { offset, upToDate } = initial as Initial & { offset?: unknown; upToDate?: unknown }
  if ((offset ?? 0) !== 0 || (upToDate ?? true) !== true)
    throw fail('its `text` from 0 on, up to the length that the `status` is for')
  const error: (keyof typeof rules)[] = typeof initial.error === 'string' ? ['error'] : []
  return check('it', initial, ['text', 'status'], ['origin', 'finishReason', ...error], fail)
}

export function checkChunk(result: unknown): Chunk {
  return check('a chunk', result, ['offset', 'text'], chunkFacts)
}

export function checkEnd(result: unknown): End {
  return check('an end', result, ['end', 'ending'], ['epoch', 'error', 'finishReason'])
}

type PushedConnection = Parameters<SubscriptionSink['connection']>[0]

export function checkConnection(connection: PushedConnection): PushedConnection {
  if (connection === 'live' || connection === 'waiting') return connection
  throw new SourceError('server', 'a subscription says a `connection` that is neither live nor waiting')
}

/** Checks what a source failed with: `diverged` needs a numeric offset and epoch, and `retryAfterMs` must be a number. */
export function checkFailure(cause: unknown): SourceError {
  const error = toSourceError(cause)
  const { code, offset, epoch = 0, retryAfterMs = 0 } = error
  if (code === 'diverged' && !(isCount(offset) && isCount(epoch)))
    return new SourceError('server', 'a source says that texts part, but not where', { cause })
  if (!(retryAfterMs >= 0))
    return new SourceError(code, 'a source asks for a wait that is no number', { ...error, retryAfterMs: 0, cause })
  return error
}

function check<Result>(
  what: string,
  result: unknown,
  needed: (keyof typeof rules)[],
  optional: (keyof typeof rules)[],
  fail: (words: string) => Error = (words) => new SourceError('server', words),
): Result {
  const clean: Record<string, unknown> = {}
  for (const rule of [...needed, ...optional]) {
    const name = rule === 'ending' ? 'status' : rule
    const value = (result as Record<string, Origin | undefined> | null | undefined)?.[name] ?? undefined
    const [is, words] = rules[rule]
    if (value === undefined ? needed.includes(rule) : !is(value as never))
      throw fail(`${what} came with ${describe(value)} as \`${name}\`, which must be ${words}`)
    clean[name] = rule === 'origin' && value ? { epoch: value.epoch, base: value.base } : value
  }
  return clean as Result
}

/** Says the type of a value, and never its text. */
function describe(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return value === undefined ? 'nothing' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

import { StreamError } from '../errors'
import { isTerminal } from '../types'
import { checkNumber } from './check-number'
import type { FakeServerOptions } from './fake-server'

const redirects = [301, 302, 303, 307, 308]
const kinds = ['drive', 'read', 'stop']
const snapshotShapes = ['tail', 'fetcher', 'subscription']

interface CheckedOptions extends FakeServerOptions {
  readonly snapshotAs?: string | undefined
  readonly stallMs?: number | undefined
}

/**
 * Refuses options that would have no effect, or would never end.
 *
 * @throws {StreamError} `invalid-option`
 */
export function checkFake(options: CheckedOptions) {
  const { text, status, restart, stored, refuse = [], chunkLength, snapshotAs, stallMs } = options
  if (!isText(text)) throw invalid('`text`, a list of its chunks, or a function of the id')
  if (status !== undefined && !isTerminal(status))
    throw invalid('`status` to be done, error, timeout or stopped', status)
  if (snapshotAs !== undefined && !snapshotShapes.includes(snapshotAs))
    throw invalid('`snapshotAs` to be tail, fetcher or subscription', snapshotAs)

  const { chunkMs, persistMs, delayMs } = options
  for (const [name, ms] of Object.entries({ chunkMs, persistMs, delayMs })) check(name, ms)
  check('stallMs', stallMs, { min: 1 })
  check('chunkLength', chunkLength, { min: 1, max: Number.POSITIVE_INFINITY })

  const { dropAt, truncateAt, stallAt, reorderAt, staleAt } = options
  check('stored', stored, offsets)
  for (const [name, one] of Object.entries({ dropAt, truncateAt, stallAt, reorderAt, staleAt }))
    for (const offset of [one ?? []].flat()) check(name, offset, offsets)

  if (restart) {
    checkNumber('fakeStream', 'restart.at', restart.at, offsets)
    checkNumber('fakeStream', 'restart.keep', restart.keep, { max: restart.at, isWhole: true })
    check('restart.stalledMs', restart.stalledMs)
  }
  for (const { status: refused, on = 'read', times, retryAfterMs, serverCode } of refuse) {
    if (refused !== 0 && !redirects.includes(refused))
      checkNumber('fakeStream', 'refuse.status', refused, { min: 400, max: 599, isWhole: true })
    if (!kinds.includes(on)) throw invalid('`refuse.on` to be drive, read or stop', on)
    check('refuse.times', times, { min: 1, max: 1_000_000, isWhole: true })
    check('refuse.retryAfterMs', retryAfterMs)
    if (typeof (serverCode ?? '') !== 'string') throw invalid('`refuse.serverCode` to be a string', serverCode)
  }
}

const offsets = { max: Number.MAX_SAFE_INTEGER, isWhole: true }

function check(name: string, value: unknown, range?: Parameters<typeof checkNumber>[3]) {
  if (value !== undefined) checkNumber('fakeStream', name, value, range)
}

function isText(text: unknown): boolean {
  const isList = Array.isArray(text) && text.every((chunk) => typeof chunk === 'string')
  return isList || typeof text === 'string' || typeof text === 'function'
}

function invalid(needed: string, found?: unknown) {
  const not = found === undefined ? '' : `, not ${String(found)}`
  return new StreamError('invalid-option', `fakeStream needs ${needed}${not}`)
}

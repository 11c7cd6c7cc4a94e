import type { StreamError, StreamStatus } from '@keepstream/core'

/** More of the text may come. */
export function isRunning(status: StreamStatus): boolean {
  return status === 'pending' || status === 'streaming'
}

/** The generation of the answer has not begun. */
export function isUnbegun(status: StreamStatus, isCaughtUp: boolean): boolean {
  return status === 'pending' && isCaughtUp
}

/** A failed connection can be retried. A failed answer stays as it is. */
export function canRetry(status: StreamStatus, error: StreamError | undefined): boolean {
  return error !== undefined && error.code !== 'generation' && isRunning(status)
}

const numbers = new Intl.NumberFormat('en')

export function formatCount(characters: number): string {
  return `${numbers.format(characters)} ${characters === 1 ? 'character' : 'characters'}`
}

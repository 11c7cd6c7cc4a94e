import type { StreamError, StreamStatus } from '@keepstream/core'

/** More of the text may come. */
export function isRunning(status: StreamStatus): boolean {
  return status === 'pending' || status === 'streaming'
}

/** The server says that nobody has asked for the answer to be written. */
export function isUnbegun(status: StreamStatus, isCaughtUp: boolean): boolean {
  return status === 'pending' && isCaughtUp
}

/** A connection that failed can be tried again; an answer that failed stays as it is. */
export function canRetry(status: StreamStatus, error: StreamError | undefined): boolean {
  return error !== undefined && error.code !== 'generation' && isRunning(status)
}

const numbers = new Intl.NumberFormat('en')

export function formatCount(characters: number): string {
  return `${numbers.format(characters)} ${characters === 1 ? 'character' : 'characters'}`
}

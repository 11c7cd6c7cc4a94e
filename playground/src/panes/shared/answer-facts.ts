import type { StreamError, StreamState, StreamStatus } from '@keepstream/core'

/** More of the text may come. */
export function isRunning(status: StreamStatus): boolean {
  return status === 'pending' || status === 'streaming'
}

/** The generation of the answer has not begun. */
export function isUnbegun(status: StreamStatus, isCaughtUp: boolean): boolean {
  return status === 'pending' && isCaughtUp
}

/** The failure to show: one that is final, or one that the client heals. */
export function problemOf({ error, retrying }: Pick<StreamState, 'error' | 'retrying'>): StreamError | undefined {
  return error ?? retrying?.error
}

/** A failed connection can be retried. A failed answer stays as it is. */
export function canRetry({ connection, retrying }: Pick<StreamState, 'connection' | 'retrying'>): boolean {
  return connection === 'failed' || retrying !== undefined
}

const numbers = new Intl.NumberFormat('en')

export function formatCount(characters: number): string {
  return `${numbers.format(characters)} ${characters === 1 ? 'character' : 'characters'}`
}

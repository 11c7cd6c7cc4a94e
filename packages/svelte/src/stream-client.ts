import { requireClient, type StreamClient } from '@keepstream/core'
import { getContext, setContext } from 'svelte'

const key = Symbol('keepstream')

/**
 * Provides a client to `useStream` in this component and those below. Call it in the component's script. Of several, the
 * nearest one counts.
 */
export function setStreamClient(client: StreamClient): void {
  setContext(key, client)
}

/**
 * The client of the nearest `setStreamClient`. Call it in a component's script.
 *
 * @param client Is returned instead, if it is given.
 * @throws {StreamError} `invalid-option` without a client
 */
export function getStreamClient(client = findClient()): StreamClient {
  return requireClient(client, 'call setStreamClient(client) in the root component')
}

function findClient(): StreamClient | undefined {
  try {
    return getContext<StreamClient | undefined>(key)
  } catch {
    // This is not called in a component.
    return undefined
  }
}

import { requireClient, type StreamClient } from '@keepstream/core'
import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'

export interface StreamProviderProps {
  /** Create it once. A component keeps the client with which it first showed an id, and uses another one for a new id. */
  readonly client: StreamClient
  readonly children?: ReactNode
}

const StreamContext = createContext<StreamClient | undefined>(undefined)

/** Provides a client to `useStream` in the components below. Of nested providers, the nearest one counts. */
export function StreamProvider({ client, children }: StreamProviderProps): ReactElement {
  return createElement(StreamContext.Provider, { value: client }, children)
}

/**
 * The client of the nearest `<StreamProvider>`.
 *
 * @param client Is returned instead, if it is given.
 * @throws {StreamError} `invalid-option` without a client
 */
export function useStreamClient(client?: StreamClient): StreamClient {
  const provided = useContext(StreamContext)
  return requireClient(client ?? provided, 'wrap the app in <StreamProvider client={client}>')
}

import { requireClient, type StreamClient } from '@keepstream/core'
import { createComponent, createContext, type JSX, useContext } from 'solid-js'

export interface StreamProviderProps {
  /** It is read once, when the provider is created. */
  readonly client: StreamClient
  readonly children?: JSX.Element
}

const StreamContext = createContext<StreamClient>()

/** Provides a client to `useStream` in the components below. Of nested providers, the nearest one counts. */
export function StreamProvider(props: StreamProviderProps): JSX.Element {
  return createComponent(StreamContext.Provider, {
    get value() {
      return props.client
    },
    get children() {
      return props.children
    },
  })
}

/**
 * The client of the nearest `<StreamProvider>`.
 *
 * @param client Is returned instead, if it is given.
 * @throws {StreamError} `invalid-option` without a client
 */
export function useStreamClient(client = useContext(StreamContext)): StreamClient {
  return requireClient(client, 'wrap the app in <StreamProvider client={client}>')
}

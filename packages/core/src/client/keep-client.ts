import type { StreamClient } from './stream-client'

type Clients = Map<string | undefined, StreamClient>

const kept = new WeakMap<object, Clients>()
const reported = new WeakSet<StreamClient>()

/**
 * For bindings, where a call of `useStream` runs more than once: the client that was given first for the id at this place.
 * A client made on each run would drive on each run, and what it reads would cause the next run, without end. A component
 * that is mounted anew is another place, and takes another client.
 *
 * @param place Whatever stays the same from run to run, such as the component. It is held weakly.
 */
export function keepClient(place: object, id: string | undefined, client: StreamClient): StreamClient {
  const clients: Clients = kept.get(place) ?? new Map()
  kept.set(place, clients)
  const first = clients.get(id) ?? client
  clients.set(id, first)
  reportClient(first, client)
  return first
}

/** For bindings: says in development, once, that `given` is not used, since `first` shows the id already. */
export function reportClient(first: StreamClient, given: StreamClient): void {
  if (first === given || reported.has(first) || !isDevelopment()) return
  reported.add(first)
  console.warn(
    '@keepstream: useStream was given another client for the same id, and keeps the first one. A client made inside a ' +
      'component is a new one on each render. Make it once, outside of the component, or in a ' +
      'parent that stays mounted. To change the client on purpose, give the component another key.',
  )
}

function isDevelopment(): boolean {
  try {
    // As it stands, so that bundlers replace it.
    return process.env.NODE_ENV !== 'production'
  } catch {
    return false
  }
}

declare const process: { readonly env: { readonly NODE_ENV?: string } }

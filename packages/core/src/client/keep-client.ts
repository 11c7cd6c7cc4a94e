import { StreamError } from '../errors'
import type { StreamClient } from './client-types'

type Clients = Map<string | undefined, StreamClient>

const kept = new WeakMap<object, Clients>()
const reported = new WeakSet<StreamClient>()

/**
 * For bindings where a call of `useStream` runs more than once. Returns the first client that came with this id at this
 * place. A client created on each run would drive on each run, and its text would cause the next run, without end. A
 * component that is mounted again is a new place, and may use another client.
 *
 * @param place An object that stays the same from run to run, such as the component. It is held weakly.
 */
export function keepClient(place: object, id: string | undefined, client: StreamClient): StreamClient {
  const clients: Clients = kept.get(place) ?? new Map()
  kept.set(place, clients)
  const first = clients.get(id) ?? client
  clients.set(id, first)
  reportClient(first, client)
  return first
}

/** For bindings: warns once, in development, that `given` is not used because `first` already shows the id. */
export function reportClient(first: StreamClient, given: StreamClient): void {
  if (first === given || reported.has(first) || !isDevelopment()) return
  reported.add(first)
  console.warn(
    '@keepstream: useStream was given another client for the same id, and keeps the first one. A client made inside a ' +
      'component is a new one on each render. Create it once, outside the component or in a ' +
      'parent that stays mounted. To change the client on purpose, give the component another key.',
  )
}

/**
 * For bindings: the client, if there is one.
 *
 * @param cure How an application of this framework provides a client.
 * @throws {StreamError} `invalid-option` without a client
 */
export function requireClient(client: StreamClient | undefined, cure: string): StreamClient {
  if (client) return client
  throw new StreamError('invalid-option', `useStream needs a client: ${cure}, or pass { client }`)
}

function isDevelopment(): boolean {
  try {
    // Written in full, because bundlers replace exactly this expression.
    return process.env.NODE_ENV !== 'production'
  } catch {
    return false
  }
}

declare const process: { readonly env: { readonly NODE_ENV?: string } }

import type { FetchLike } from '@keepstream/core'
import type { StreamStore } from '@keepstream/server'

/** Counters, so that costs can be compared without a clock. */
export interface Work {
  storeReads: number
  storeWrites: number
  readCharacters: number
  storedCharacters: number
  driverBytes: number
  followerBytes: number
}

export interface WorkCounter {
  readonly work: Work
  /** Wraps a store and counts its reads and writes. */
  store(store: StreamStore): StreamStore
  /** A `fetch` that counts the bytes of response bodies. */
  fetch(reader: 'driver' | 'follower'): FetchLike
}

export function countWork(): WorkCounter {
  const work: Work = {
    storeReads: 0,
    storeWrites: 0,
    readCharacters: 0,
    storedCharacters: 0,
    driverBytes: 0,
    followerBytes: 0,
  }
  return {
    work,
    store: (store) =>
      new Proxy(store, {
        get(target, name) {
          if (name === 'read') {
            return async (...args: Parameters<StreamStore['read']>) => {
              const range = await target.read(...args)
              work.storeReads += 1
              work.readCharacters += range?.text.length ?? 0
              return range
            }
          }
          if (name === 'append' || name === 'close') {
            return async (id: string, request: { text: string }) => {
              const result = await target[name](id, request as never)
              if (result.type === 'ok') {
                work.storeWrites += 1
                work.storedCharacters += request.text.length
              }
              return result
            }
          }
          const value: unknown = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      }),
    fetch: (reader) => async (url, init) => {
      const response = await fetch(url, init)
      if (response.body === null) return response
      const counted = response.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(bytes, controller) {
            work[reader === 'driver' ? 'driverBytes' : 'followerBytes'] += bytes.byteLength
            controller.enqueue(bytes)
          },
        }),
      )
      return new Response(counted, response)
    },
  }
}

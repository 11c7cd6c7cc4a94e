import type { Fold, Initial, StreamClient, StreamState, StreamStatus } from '@keepstream/svelte'
import {
  type getStreamClient,
  type setStreamClient,
  type UseStreamOptions,
  type UseStreamResult,
  useStream,
} from '@keepstream/svelte'
import { derived, get, type Readable, readable, toStore, writable } from 'svelte/store'
import { expectTypeOf, it } from 'vitest'

it('takes an id and options, each as a value, a store or a function', () => {
  const plain = (client: StreamClient) => useStream('a', { client, start: true })
  expectTypeOf(plain).returns.toEqualTypeOf<UseStreamResult>()
  const folded = (fold: Fold<number>) => useStream(undefined, { fold }).value
  expectTypeOf(folded).returns.toEqualTypeOf<number>()
  expectTypeOf<{
    client: undefined
    start: undefined
    initial: undefined
    onEnd: undefined
  }>().toExtend<UseStreamOptions>()
  expectTypeOf<UseStreamOptions['client']>().toEqualTypeOf<StreamClient | undefined>()
  expectTypeOf<UseStreamOptions['onEnd']>().toEqualTypeOf<((state: StreamState) => void) | undefined>()
  const forms = (client: StreamClient, props: { id?: string; initial: Initial }) => {
    useStream(undefined)
    useStream(writable('a'))
    useStream(readable(undefined), { client, initial: props.initial })
    useStream(
      toStore(() => props.id),
      toStore(() => ({ client, initial: props.initial })),
    )
    useStream(
      () => props.id,
      () => ({ client, initial: props.initial, onEnd: ({ text }) => text }),
    )
  }
  expectTypeOf(forms).returns.toBeVoid()
})

it('provides a client', () => {
  expectTypeOf<typeof setStreamClient>().toEqualTypeOf<(client: StreamClient) => void>()
  expectTypeOf<typeof getStreamClient>().toEqualTypeOf<(client?: StreamClient) => StreamClient>()
})

it('gives the state, a store of it for get and derived too, and the two actions', () => {
  expectTypeOf<UseStreamResult>().toExtend<Readable<StreamState>>()
  expectTypeOf<UseStreamResult['stop']>().toEqualTypeOf<() => Promise<void>>()
  expectTypeOf<UseStreamResult['retry']>().toEqualTypeOf<() => void>()
  expectTypeOf<UseStreamResult>().toExtend<StreamState>()
  expectTypeOf<keyof UseStreamResult>().toEqualTypeOf<keyof StreamState | 'subscribe' | 'stop' | 'retry'>()
  const read = (result: UseStreamResult) => ({
    state: get(result),
    status: derived(result, ({ status }) => status),
  })
  expectTypeOf(read).returns.toEqualTypeOf<{ state: StreamState; status: Readable<StreamStatus> }>()
})

it('refuses what cannot work', () => {
  const misuse = (client: StreamClient, result: UseStreamResult, state: StreamState) => {
    // @ts-expect-error the client is an option, or comes from the context
    useStream(client, 'a')
    // @ts-expect-error an id is a string
    useStream(writable(1))
    // @ts-expect-error `null` is no id: say undefined
    useStream(readable(null))
    // @ts-expect-error an id is a string
    useStream(() => 1)
    // @ts-expect-error not a client
    useStream('a', { client: {} })
    // @ts-expect-error `onEnd` gets the state
    useStream('a', { onEnd: (text: string) => text })
    // @ts-expect-error the flag is a boolean
    useStream('a', { start: 'yes' })
    // @ts-expect-error an unknown option
    useStream('a', { drive: true })
    // @ts-expect-error not a status
    useStream('a', readable({ initial: { text: '', status: 'finished' as const } }))
    // @ts-expect-error the state belongs to the stream
    result.set(state)
    // @ts-expect-error not a status
    return result.status === 'finished'
  }
  expectTypeOf(misuse).returns.toBeBoolean()
})

import type { Initial, StreamClient, StreamState, StreamStatus } from '@keepstream/svelte'
import { type UseStreamOptions, type UseStreamResult, useStream } from '@keepstream/svelte'
import { derived, get, type Readable, readable, toStore, writable } from 'svelte/store'
import { expectTypeOf, it } from 'vitest'

it('takes a client, an id and options, each of these two as a value, a store or a function', () => {
  expectTypeOf(useStream).toEqualTypeOf<
    (
      client: StreamClient,
      id: string | undefined | Readable<string | undefined> | (() => string | undefined),
      options?: UseStreamOptions | Readable<UseStreamOptions> | (() => UseStreamOptions),
    ) => UseStreamResult
  >()
  expectTypeOf<{ start: undefined; initial: undefined }>().toExtend<UseStreamOptions>()
  const forms = (client: StreamClient, props: { id?: string; initial: Initial }) => {
    useStream(client, undefined)
    useStream(client, writable('a'))
    useStream(client, readable(undefined), { initial: props.initial })
    useStream(
      client,
      toStore(() => props.id),
      toStore(() => ({ initial: props.initial })),
    )
    useStream(
      client,
      () => props.id,
      () => ({ initial: props.initial }),
    )
  }
  expectTypeOf(forms).returns.toBeVoid()
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
    // @ts-expect-error a client is needed
    useStream('a')
    // @ts-expect-error an id is a string
    useStream(client, writable(1))
    // @ts-expect-error `null` is no id: say undefined
    useStream(client, readable(null))
    // @ts-expect-error an id is a string
    useStream(client, () => 1)
    // @ts-expect-error the flag is a boolean
    useStream(client, 'a', { start: 'yes' })
    // @ts-expect-error an unknown option
    useStream(client, 'a', { drive: true })
    // @ts-expect-error not a status
    useStream(client, 'a', readable({ initial: { text: '', status: 'finished' as const } }))
    // @ts-expect-error the state belongs to the stream
    result.set(state)
    // @ts-expect-error not a status
    return result.status === 'finished'
  }
  expectTypeOf(misuse).returns.toBeBoolean()
})

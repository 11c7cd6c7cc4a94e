import type { Connection, Initial, StreamClient, StreamError, StreamState, StreamStatus } from '@keepstream/solid'
import { type UseStreamOptions, type UseStreamResult, useStream } from '@keepstream/solid'
import { type Accessor, createSignal } from 'solid-js'
import { expectTypeOf, it } from 'vitest'

it('takes a client, an id and options, each of these two as a value or an accessor', () => {
  expectTypeOf(useStream).toEqualTypeOf<
    (
      client: StreamClient,
      id: string | undefined | Accessor<string | undefined>,
      options?: UseStreamOptions | Accessor<UseStreamOptions>,
    ) => UseStreamResult
  >()
  expectTypeOf<{ start: undefined; initial: undefined }>().toExtend<UseStreamOptions>()
  const forms = (client: StreamClient, props: { id?: string; initial: Initial }) => {
    const [id] = createSignal<string>()
    useStream(client, undefined)
    useStream(client, id)
    useStream(client, () => props.id, {
      get initial() {
        return props.initial
      },
    })
    useStream(client, 'a', () => ({ start: true }))
  }
  expectTypeOf(forms).returns.toBeVoid()
})

it('gives the state, readonly, and the two actions', () => {
  expectTypeOf<UseStreamResult>().toExtend<StreamState>()
  expectTypeOf<UseStreamResult['text']>().toEqualTypeOf<string>()
  expectTypeOf<UseStreamResult['status']>().toEqualTypeOf<StreamStatus>()
  expectTypeOf<UseStreamResult['connection']>().toEqualTypeOf<Connection>()
  expectTypeOf<UseStreamResult['error']>().toEqualTypeOf<StreamError | undefined>()
  expectTypeOf<UseStreamResult['stop']>().toEqualTypeOf<() => Promise<void>>()
  expectTypeOf<UseStreamResult['retry']>().toEqualTypeOf<() => void>()
  expectTypeOf<keyof UseStreamResult>().toEqualTypeOf<keyof StreamState | 'stop' | 'retry'>()
})

it('refuses what cannot work', () => {
  const misuse = (client: StreamClient, result: UseStreamResult) => {
    // @ts-expect-error a client is needed
    useStream('a')
    // @ts-expect-error an id is a string
    useStream(client, () => 1)
    // @ts-expect-error `null` is no id: say undefined
    useStream(client, () => null)
    // @ts-expect-error the flag is a boolean
    useStream(client, 'a', { start: 'yes' })
    // @ts-expect-error the flag is no accessor: make the options one, or give them getters
    useStream(client, 'a', { start: () => true })
    // @ts-expect-error an unknown option
    useStream(client, 'a', { drive: true })
    // @ts-expect-error not a status
    useStream(client, 'a', () => ({ initial: { text: '', status: 'finished' as const } }))
    // @ts-expect-error the text belongs to the stream
    result.text = ''
    // @ts-expect-error a getter is not called
    return result.text()
  }
  expectTypeOf(misuse).toBeFunction()
})

import type { Connection, Fold, Initial, StreamClient, StreamError, StreamState, StreamStatus } from '@keepstream/solid'
import {
  type StreamProvider,
  type UseStreamOptions,
  type UseStreamResult,
  useStream,
  type useStreamClient,
} from '@keepstream/solid'
import { type ComponentProps, createSignal, type JSX } from 'solid-js'
import { expectTypeOf, it } from 'vitest'

it('takes an id and options, each as a value or an accessor', () => {
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
    const [id] = createSignal<string>()
    useStream(undefined)
    useStream(id)
    useStream(() => props.id, {
      client,
      get initial() {
        return props.initial
      },
    })
    useStream('a', () => ({ client, start: true, onEnd: ({ text }) => text }))
  }
  expectTypeOf(forms).returns.toBeVoid()
})

it('provides a client', () => {
  expectTypeOf<ComponentProps<typeof StreamProvider>>().toEqualTypeOf<{
    readonly client: StreamClient
    readonly children?: JSX.Element
  }>()
  expectTypeOf<typeof useStreamClient>().toEqualTypeOf<(client?: StreamClient) => StreamClient>()
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
    // @ts-expect-error the client is an option, or comes from the provider
    useStream(client, 'a')
    // @ts-expect-error an id is a string
    useStream(() => 1)
    // @ts-expect-error `null` is no id: say undefined
    useStream(() => null)
    // @ts-expect-error not a client
    useStream('a', { client: {} })
    // @ts-expect-error `onEnd` gets the state
    useStream('a', { onEnd: (text: string) => text })
    // @ts-expect-error the flag is a boolean
    useStream('a', { start: 'yes' })
    // @ts-expect-error the flag is no accessor: make the options one, or give them getters
    useStream('a', { start: () => true })
    // @ts-expect-error an unknown option
    useStream('a', { drive: true })
    // @ts-expect-error not a status
    useStream('a', () => ({ initial: { text: '', status: 'finished' as const } }))
    // @ts-expect-error the text belongs to the stream
    result.text = ''
    // @ts-expect-error a getter is not called
    return result.text()
  }
  expectTypeOf(misuse).toBeFunction()
})

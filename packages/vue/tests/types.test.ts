import type { Connection, Fold, Initial, StreamClient, StreamError, StreamState, StreamStatus } from '@keepstream/vue'
import {
  type provideStreamClient,
  StreamPlugin,
  type UseStreamOptions,
  type UseStreamResult,
  useStream,
  type useStreamClient,
} from '@keepstream/vue'
import { expectTypeOf, it } from 'vitest'
import { type App, computed, type Ref, ref, shallowRef } from 'vue'

it('takes an id and options, each as a value, a ref or a getter', () => {
  const plain = (client: StreamClient) => useStream('a', { client, start: true })
  expectTypeOf(plain).returns.toEqualTypeOf<UseStreamResult>()
  const folded = (fold: Fold<number>) => useStream(undefined, { fold }).value
  expectTypeOf(folded).returns.toEqualTypeOf<Readonly<Ref<number>>>()
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
    useStream(ref('a'))
    useStream(shallowRef<string>())
    useStream(() => props.id, { client, initial: props.initial })
    useStream('a', ref({ client, start: true }))
    useStream(
      computed(() => props.id),
      () => ({ client, initial: props.initial, onEnd: ({ text }) => text }),
    )
  }
  expectTypeOf(forms).returns.toBeVoid()
})

it('provides a client to an app and to a subtree', () => {
  const provide = (app: App, client: StreamClient) => {
    app.use(StreamPlugin, { client })
    // @ts-expect-error a client is needed
    app.use(StreamPlugin)
    // @ts-expect-error not a client
    app.use(StreamPlugin, { client: {} })
  }
  expectTypeOf(provide).returns.toBeVoid()
  expectTypeOf<typeof provideStreamClient>().toEqualTypeOf<(client: StreamClient) => void>()
  expectTypeOf<typeof useStreamClient>().toEqualTypeOf<(client?: StreamClient) => StreamClient>()
})

it('gives the state as readonly refs, and the two actions', () => {
  expectTypeOf<UseStreamResult['text']>().toEqualTypeOf<Readonly<Ref<string>>>()
  expectTypeOf<UseStreamResult['status']>().toEqualTypeOf<Readonly<Ref<StreamStatus>>>()
  expectTypeOf<UseStreamResult['connection']>().toEqualTypeOf<Readonly<Ref<Connection>>>()
  expectTypeOf<UseStreamResult['error']>().toEqualTypeOf<Readonly<Ref<StreamError | undefined>>>()
  expectTypeOf<UseStreamResult['stop']>().toEqualTypeOf<() => Promise<void>>()
  expectTypeOf<UseStreamResult['retry']>().toEqualTypeOf<() => void>()
  expectTypeOf<keyof UseStreamResult>().toEqualTypeOf<keyof StreamState | 'stop' | 'retry'>()
})

it('refuses what cannot work', () => {
  const misuse = (client: StreamClient, result: UseStreamResult) => {
    // @ts-expect-error the client is an option, or comes from the plugin
    useStream(client, 'a')
    // @ts-expect-error an id is a string
    useStream(ref(1))
    // @ts-expect-error `null` is no id: say undefined
    useStream(() => null)
    // @ts-expect-error not a client
    useStream('a', { client: {} })
    // @ts-expect-error `onEnd` gets the state
    useStream('a', { onEnd: (text: string) => text })
    // @ts-expect-error the flag is a boolean
    useStream('a', { start: 'yes' })
    // @ts-expect-error the flag is not a ref: make the options one, or a getter
    useStream('a', { start: ref(true) })
    // @ts-expect-error an unknown option
    useStream('a', { drive: true })
    // @ts-expect-error not a status
    useStream('a', () => ({ initial: { text: '', status: 'finished' as const } }))
    // @ts-expect-error the text belongs to the stream
    result.text.value = ''
    // @ts-expect-error a ref is not its value
    return result.status === 'done'
  }
  expectTypeOf(misuse).returns.toBeBoolean()
})

import type { Connection, Initial, StreamClient, StreamError, StreamState, StreamStatus } from '@keepstream/vue'
import { type UseStreamOptions, type UseStreamResult, useStream } from '@keepstream/vue'
import { expectTypeOf, it } from 'vitest'
import { computed, type MaybeRefOrGetter, type Ref, ref, shallowRef } from 'vue'

it('takes a client, an id and options, each of these two as a value, a ref or a getter', () => {
  expectTypeOf(useStream).toEqualTypeOf<
    (
      client: StreamClient,
      id: MaybeRefOrGetter<string | undefined>,
      options?: MaybeRefOrGetter<UseStreamOptions>,
    ) => UseStreamResult
  >()
  expectTypeOf<{ start: undefined; initial: undefined }>().toExtend<UseStreamOptions>()
  const forms = (client: StreamClient, props: { id?: string; initial: Initial }) => {
    useStream(client, undefined)
    useStream(client, ref('a'))
    useStream(client, shallowRef<string>())
    useStream(client, () => props.id, { initial: props.initial })
    useStream(client, 'a', ref({ start: true }))
    useStream(
      client,
      computed(() => props.id),
      () => ({ initial: props.initial }),
    )
  }
  expectTypeOf(forms).returns.toBeVoid()
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
    // @ts-expect-error a client is needed
    useStream('a')
    // @ts-expect-error an id is a string
    useStream(client, ref(1))
    // @ts-expect-error `null` is no id: say undefined
    useStream(client, () => null)
    // @ts-expect-error the flag is a boolean
    useStream(client, 'a', { start: 'yes' })
    // @ts-expect-error the flag is not a ref: make the options one, or a getter
    useStream(client, 'a', { start: ref(true) })
    // @ts-expect-error an unknown option
    useStream(client, 'a', { drive: true })
    // @ts-expect-error not a status
    useStream(client, 'a', () => ({ initial: { text: '', status: 'finished' as const } }))
    // @ts-expect-error the text belongs to the stream
    result.text.value = ''
    // @ts-expect-error a ref is not its value
    return result.status === 'done'
  }
  expectTypeOf(misuse).returns.toBeBoolean()
})

import type { Connection, StreamClient, StreamError, StreamState, StreamStatus } from '@keepstream/react'
import { type UseStreamOptions, type UseStreamResult, useStream } from '@keepstream/react'
import { expectTypeOf, it } from 'vitest'

it('takes a client, an id that may be undefined, and options that may be left out', () => {
  expectTypeOf(useStream).toEqualTypeOf<
    (client: StreamClient, id: string | undefined, options?: UseStreamOptions) => UseStreamResult
  >()
  expectTypeOf<{ start: undefined; initial: undefined }>().toExtend<UseStreamOptions>()
  expectTypeOf<{ initial: { text: string; status: 'done' } }>().toExtend<UseStreamOptions>()
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
    useStream(client, 1)
    // @ts-expect-error `null` is no id: say undefined
    useStream(client, null)
    // @ts-expect-error the flag is a boolean
    useStream(client, 'a', { start: 'yes' })
    // @ts-expect-error an unknown option
    useStream(client, 'a', { drive: true })
    // @ts-expect-error initial needs its status
    useStream(client, 'a', { initial: { text: '' } })
    // @ts-expect-error not a status
    useStream(client, 'a', { initial: { text: '', status: 'finished' } })
    // @ts-expect-error the text belongs to the stream
    result.text = ''
    // @ts-expect-error not a status
    return result.status === 'finished'
  }
  expectTypeOf(misuse).returns.toBeBoolean()
})

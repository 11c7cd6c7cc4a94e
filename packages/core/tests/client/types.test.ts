import {
  createStreamClient,
  type DriveRequest,
  fetchLive,
  fetchSnapshot,
  initialStreamState,
  isTerminal,
  keepstream,
  type Snapshot,
  type StreamState,
  type StreamStatus,
  type TerminalStatus,
} from '@keepstream/core'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { fakeSubscription, fakeTail } from '../support/fake-source'

describe('the types', () => {
  it('take every kind of snapshot source, and a client of our own server as it is', () => {
    expectTypeOf(createStreamClient).toBeCallableWith(keepstream({ url: '/streams' }))
    expectTypeOf(createStreamClient).toBeCallableWith({ snapshot: fetchSnapshot({ url: '/read' }) })
    expectTypeOf(createStreamClient).toBeCallableWith({ snapshot: fakeSubscription() })
    expectTypeOf(createStreamClient).toBeCallableWith({ snapshot: fakeTail(), live: fetchLive({ url: '/drive' }) })
    expectTypeOf(createStreamClient).toBeCallableWith({
      snapshot: async () => ({ offset: 0, text: '', status: 'pending' }),
    })
  })

  it('narrow a status that is over', () => {
    const over = (status: StreamStatus) => (isTerminal(status) ? status : undefined)
    expectTypeOf(over).returns.toEqualTypeOf<TerminalStatus | undefined>()
    expect((['pending', 'streaming', 'done', 'error', 'timeout', 'stopped'] as const).map(over)).toEqual([
      undefined,
      undefined,
      'done',
      'error',
      'timeout',
      'stopped',
    ])
  })

  it('say which fields a state has', () => {
    const cause = (state: StreamState) => {
      if (state.status === 'error' || state.connection === 'failed') return state.error.code
      if (state.status === 'done') {
        expectTypeOf(state.connection).toEqualTypeOf<'closed'>()
        expectTypeOf(state.error).toEqualTypeOf<undefined>()
      }
      return state.retrying?.error.code
    }
    expect(cause(initialStreamState({ text: 'a', status: 'error' }))).toBe('generation')
    expect(cause(initialStreamState({ text: 'a', status: 'done' }))).toBeUndefined()
  })

  it('refuse a client that has nothing to read the persisted text from', () => {
    // @ts-expect-error: a driver has to read on somewhere after a cut
    expectTypeOf(createStreamClient).toBeCallableWith({ live: fetchLive({ url: '/drive' }) })
  })

  it('refuse sources without a url', () => {
    // @ts-expect-error
    expectTypeOf(fetchLive).toBeCallableWith({})
    // @ts-expect-error
    expectTypeOf(fetchSnapshot).toBeCallableWith({})
    // @ts-expect-error
    expectTypeOf(keepstream).toBeCallableWith({})
  })

  it('refuse a status that does not exist', () => {
    // @ts-expect-error: `running` is no status
    const snapshot: Snapshot = { text: '', status: 'running' }
    expectTypeOf(snapshot).toExtend<Snapshot>()
    expectTypeOf<TerminalStatus>().toExtend<StreamStatus>()
    expectTypeOf<'streaming'>().not.toExtend<TerminalStatus>()
  })

  it('take what a drive carries', () => {
    const { attach } = createStreamClient(keepstream({ url: '/streams' })).stream('a')
    interface Message {
      readonly role: 'user'
      readonly parts: readonly { readonly text: string }[]
    }
    expectTypeOf(attach).toBeCallableWith({ start: { body: [] as Message[], headers: { 'x-model': 'small' } } })
    expectTypeOf(attach).toBeCallableWith({ start: { body: new FormData() } })
    expectTypeOf(attach).toBeCallableWith({ start: undefined })
    // @ts-expect-error: text alone is no request
    expectTypeOf(attach).toBeCallableWith({ start: 'Why?' })
    // @ts-expect-error: the client chooses the method
    const request: DriveRequest = { body: 'Why?', method: 'PUT' }
    expectTypeOf(attach).toBeCallableWith({ start: request })
    // @ts-expect-error: a function would have to be called
    expectTypeOf(attach).toBeCallableWith({ start: { headers: () => ({}) } })
  })

  it('do not allow writing a state', () => {
    const state = { text: '' } as StreamState
    // @ts-expect-error: a state is replaced, never changed
    state.text = 'mine'
    expectTypeOf<StreamState['error']>().toExtend<Error | undefined>()
  })
})

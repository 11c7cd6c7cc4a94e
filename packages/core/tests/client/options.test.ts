import { createStreamClient, isStreamError, keepstream, SourceError, StreamError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakeTail } from '../support/fake-source'

/** The error of a wrong option. */
function thrownBy(run: () => unknown): StreamError {
  try {
    run()
  } catch (error) {
    if (error instanceof StreamError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a wrong option', () => {
  it('names package, option and cure, for a client without a snapshot source', () => {
    // @ts-expect-error: a caller without types may leave it out
    const error = thrownBy(() => createStreamClient({}))
    expect(error.code).toBe('invalid-option')
    expect(error.message).toMatch(/@keepstream\/core.*createStreamClient.*`snapshot`.*fetchSnapshot/)
  })

  it('names package, option and cure, for a driver without a live source', () => {
    const client = createStreamClient({ snapshot: fakeTail() })
    const error = thrownBy(() => client.stream('a').attach({ start: true }))
    expect(error.code).toBe('invalid-option')
    expect(error.message).toMatch(/@keepstream\/core.*start.*`live`.*createStreamClient/)
  })

  it('names package, option and fix, for waits that would poll without end', () => {
    for (const wait of ['poll', 'retry']) {
      const error = thrownBy(() => createStreamClient({ snapshot: fakeTail(), [wait]: { minMs: 100, maxMs: 0 } }))
      expect(error.code).toBe('invalid-option')
      expect(error.message).toMatch(/@keepstream\/core.*`poll` and `retry` need 0 < `minMs` <= `maxMs`/)
    }
  })

  it.each([-1, Number.POSITIVE_INFINITY])('names package and option, for a `throttleMs` of %d', (throttleMs) => {
    const error = thrownBy(() => createStreamClient({ snapshot: fakeTail(), throttleMs }))
    expect(error.code).toBe('invalid-option')
    expect(error.message).toMatch(/@keepstream\/core.*`throttleMs`/)
  })

  it('names package, option and cure, for an `initial` that is not whole', () => {
    const client = createStreamClient({ snapshot: fakeTail() })
    const parts = [{ offset: 5 }, { upToDate: false }] as object[]
    for (const part of parts) {
      const initial = { text: 'rest', status: 'done', ...part } as const
      const error = thrownBy(() => client.stream('a', { initial }))
      expect(error.code).toBe('invalid-option')
      expect(error.message).toMatch(/@keepstream\/core.*`initial` must be whole.*from 0 on/)
    }
  })

  it('names package, option and cure, for a server without a url', () => {
    // @ts-expect-error: a caller without types may leave it out
    const error = thrownBy(() => keepstream({}))
    expect(error.code).toBe('invalid-option')
    expect(error.message).toMatch(/@keepstream\/core.*keepstream.*`url`.*\/streams/)
  })
})

describe('an error', () => {
  it('is recognized by its code, also when the package is there twice', () => {
    const cause = new Error('cause')
    const error = new SourceError('diverged', 'cut', { cause, offset: 5, epoch: 2 })
    expect(error).toBeInstanceOf(StreamError)
    expect(error).toMatchObject({ code: 'diverged', cause, offset: 5, epoch: 2 })
    expect(isStreamError(error)).toBe(true)
    expect(isStreamError(Object.assign(new Error(), { code: 'network', isKeepstream: true }))).toBe(true)
    for (const other of [new Error('no'), undefined, null, 'text', {}]) expect(isStreamError(other)).toBe(false)
  })
})

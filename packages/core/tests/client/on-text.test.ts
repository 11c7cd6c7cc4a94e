import { describe, expect, it } from 'vitest'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

/** A followed stream, and a screen that is kept by its deltas alone. */
async function followed() {
  const { client, tail } = setup({ throttleMs: 0 })
  const stream = client.stream('a')
  const reported: [delta: string, offset: number][] = []
  let screen = ''
  const unsubscribe = stream.onText((delta, offset) => {
    reported.push([delta, offset])
    screen = screen.slice(0, offset) + delta
  })
  stream.attach()
  await settle()
  return { stream, reported, unsubscribe, sink: tail.last.sink, screen: () => screen }
}

describe('onText', () => {
  it('loses nothing if a listener of the state brings text at once', async () => {
    const { client, live } = setup()
    const stream = client.stream('a')
    let received = ''
    stream.onText((delta, offset) => {
      received = received.slice(0, offset) + delta
    })
    stream.attach({ start: true })
    await settle()
    const { chunk, end } = live.last.sink
    stream.$state.listen(({ text }) => text === 'ab' && chunk({ offset: 2, text: 'cd', origin: { epoch: 1, base: 0 } }))
    chunk({ offset: 0, text: 'ab', origin: { epoch: 1, base: 0 } })
    await pass(1000)
    expect(received).toBe('abcd')
    end({ end: 4, status: 'done', epoch: 1 })
    expect(received).toBe('abcd')
  })

  it('reports the added text, and its offset', async () => {
    const { sink, reported, stream, screen } = await followed()
    sink.next({ offset: 0, text: 'Hello', status: 'streaming' })
    sink.next({ offset: 3, text: 'lo wor', status: 'streaming' })
    sink.next({ offset: 9, text: 'ld', status: 'done' })
    expect(reported[0]).toEqual(['Hello', 0])
    expect(reported.at(-1)?.[1]).toBeGreaterThanOrEqual(5)
    expect(screen()).toBe('Hello world')
    expect(screen()).toBe(shown(stream).text)
  })

  it('reports a cut by an offset below the shown end', async () => {
    const { sink, reported, stream, screen } = await followed()
    sink.next({ offset: 0, text: 'Hello world', status: 'streaming', origin: { epoch: 1, base: 0 } })
    sink.next({ offset: 5, text: ', you', status: 'streaming', origin: { epoch: 2, base: 5 } })
    expect(reported).toEqual([
      ['Hello world', 0],
      [', you', 5],
    ])
    expect(screen()).toBe('Hello, you')
    expect(shown(stream)).toMatchObject({ text: 'Hello, you', isReconciled: true })
  })

  it('reports a cut that adds nothing', async () => {
    const { sink, reported, screen } = await followed()
    sink.next({ offset: 0, text: 'Hello world', status: 'streaming', origin: { epoch: 1, base: 0 } })
    sink.next({ offset: 5, text: '', status: 'streaming', origin: { epoch: 2, base: 5 } })
    expect(reported.at(-1)).toEqual(['', 5])
    expect(screen()).toBe('Hello')
  })

  it('goes on with additions after a cut', async () => {
    const { sink, reported, screen } = await followed()
    sink.next({ offset: 0, text: 'Hello world', status: 'streaming', origin: { epoch: 1, base: 0 } })
    sink.next({ offset: 5, text: '', status: 'streaming', origin: { epoch: 2, base: 5 } })
    sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 2, base: 5 } })
    expect(reported.at(-1)).toEqual(['!', 5])
    expect(screen()).toBe('Hello!')
  })

  it('is not called when the text does not change, and after its unsubscribe', async () => {
    const { sink, reported, unsubscribe } = await followed()
    sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    const { length } = reported
    sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    expect(reported).toHaveLength(length)
    unsubscribe()
    sink.next({ offset: 0, text: 'abc', status: 'done' })
    await settle()
    expect(reported).toHaveLength(length)
  })
})

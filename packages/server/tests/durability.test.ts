import { describe, expect, it } from 'vitest'
import { StreamServerError } from '../src'
import { collect, parseEvents, request, textOf } from './support/rig'
import { running } from './support/running'

describe('S4 durable before it is sent (P5)', () => {
  it('only the drive response contains text that is not stored', async () => {
    const { hand, clock, store, streams, id, raw } = await running()
    const sse = request('/', { headers: { Accept: 'text/event-stream' } })
    const followed = collect(await streams.read(sse, id))
    store.instead.append = () => new Promise(() => undefined)
    await hand.append('Not stored. ')
    await clock.advance(2_000)
    expect(raw.text).toBe('Not stored. ')
    expect(textOf(parseEvents(followed.text).events)).toBe('')
    expect(await (await streams.read(request('/?offset=5'), id)).json()).toMatchObject({ offset: 0, text: '' })
    expect((await streams.getStreamBody(id)).text).toBe('')
    await followed.cancel()
  })

  it('no reader gets done before the close is durable: a drive fails after settleMs, and the run goes on', async () => {
    const { hand, clock, store, streams, id, raw } = await running()
    const sse = collect(
      await streams.stream(request('/', { headers: { Accept: 'text/event-stream' } }), id, hand.producer),
    )
    let commit: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      commit = resolve
    })
    store.instead.close = async (pass) => {
      await gate
      return pass()
    }
    await hand.append('All of it')
    hand.finish()
    await clock.advance(9_999)
    expect(raw).toMatchObject({ text: 'All of it', isDone: false, error: undefined })
    expect(sse.text).not.toContain('event: end')
    expect((await streams.getStreamBody(id)).status).toBe('streaming')
    await clock.advance(1)
    expect(raw.error).toBeInstanceOf(StreamServerError)
    expect(sse.error).toBeInstanceOf(StreamServerError)
    commit()
    await clock.advance(300)
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'All of it', status: 'done' })
    expect(clock.timers).toBe(0)
  })

  it('a drive ends when the close is durable', async () => {
    const { hand, clock, store, raw } = await running()
    let commit: () => void = () => undefined
    store.instead.close = async (pass) => {
      await new Promise<void>((resolve) => {
        commit = resolve
      })
      return pass()
    }
    hand.finish()
    await clock.advance(500)
    expect(raw.isDone).toBe(false)
    commit()
    await clock.advance(0)
    expect(raw.isDone).toBe(true)
  })
})

import { describe, expect, it } from 'vitest'
import { settled } from './support/clock'
import { collect, createHand, createRig, parseEvents, request, textOf } from './support/rig'

describe('the four verbs', () => {
  it('creates, drives, and reads a stream to its end', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream({ meta: { owner: 'ada' } })
    expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(await streams.getStreamBody(id)).toMatchObject({ text: '', status: 'pending' })

    const hand = createHand()
    const response = await streams.stream(request(), id, hand.producer)
    expect(response.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('Stream-Epoch')).toBe('1')
    expect(response.headers.get('Stream-Base')).toBe('0')
    const driven = collect(response)
    await hand.append('Hello')
    await settled()
    expect(driven.text).toBe('Hello')
    await hand.append(', world.')
    hand.finish()
    await clock.advance(1_000)
    expect(driven).toMatchObject({ text: 'Hello, world.', isDone: true, error: undefined })
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'Hello, world.', status: 'done' })
    expect(clock.timers).toBe(0)
  })

  it('lets a follower read the durable text and its end', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    await hand.append('One. ')
    await clock.advance(300)
    const follower = collect(
      await streams.read(request(`/streams/${id}`, { headers: { Accept: 'text/event-stream' } }), id),
    )
    await clock.advance(0)
    await hand.append('Two.')
    await clock.advance(300)
    hand.finish()
    await clock.advance(300)
    const { events } = parseEvents(follower.text)
    expect(events[0]).toMatchObject({ event: 'status', data: { status: 'streaming', offset: 5, epoch: 1, base: 0 } })
    expect(textOf(events)).toBe('One. Two.')
    expect(events.at(-1)).toEqual({ event: 'end', id: '1.9', data: { status: 'done', offset: 9 } })
    expect(follower.isDone).toBe(true)
  })

  it('serves them all through the handler', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream({ meta: { prompt: 'hi' } })
    const handle = streams.handler({
      basePath: '/streams',
      authorize: 'public',
      async *produce({ meta, request }) {
        yield `${(meta as { prompt: string }).prompt} `
        yield await request.text()
      },
    })
    const driven = collect(await handle(request(`/streams/${id}/drive`, { method: 'POST', body: 'there' })))
    await clock.advance(300)
    expect(driven).toMatchObject({ text: 'hi there', isDone: true })
    const snapshot = await handle(request(`/streams/${id}?offset=3`))
    expect(await snapshot.json()).toEqual({
      offset: 3,
      text: 'there',
      status: 'done',
      epoch: 1,
      base: 0,
      upToDate: true,
    })
    const stopped = await handle(request(`/streams/${id}/stop`, { method: 'POST' }))
    expect([stopped.status, await stopped.json()]).toEqual([200, { status: 'done', offset: 8, epoch: 1 }])
    expect((await handle(request(`/streams/${id}`, { method: 'DELETE' }))).status).toBe(204)
    expect((await handle(request(`/streams/${id}`))).status).toBe(404)
  })

  it.each(['0123456789abcdefghijkl', 'no id at all'])(
    'tell in one way that there is no stream %s: a value is `not-found`, a response is 404',
    async (id) => {
      const { streams, errors } = createRig()
      const { producer, calls } = createHand()
      for (const rejection of [
        streams.getStreamBody(id),
        streams.start(id, producer),
        streams.stopStream(id),
        streams.deleteStream(id),
      ]) {
        await expect(rejection).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining(id) })
      }
      expect((await streams.read(request(), id)).status).toBe(404)
      expect((await streams.stream(request(), id, producer)).status).toBe(404)
      expect([calls, errors]).toEqual([[], []])
    },
  )

  it('delete a stream once', async () => {
    const { streams } = createRig()
    const id = await streams.createStream()
    expect(await streams.deleteStream(id)).toBeUndefined()
    await expect(streams.deleteStream(id)).rejects.toMatchObject({ code: 'not-found' })
  })
})

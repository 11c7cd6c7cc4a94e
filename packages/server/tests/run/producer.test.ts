import { describe, expect, it, vi } from 'vitest'
import { type ProducerContext, StreamServerError } from '../../src/index'
import { createFakeClock, settled } from '../support/clock'
import { collect, createHand, createRig, request } from '../support/rig'

async function body(streams: ReturnType<typeof createRig>['streams'], id: string) {
  return streams.getStreamBody(id)
}

describe('S7 a producer', () => {
  it('gets the request of a host that has its own Request class', async () => {
    const { streams } = createRig()
    const real = request('/', { method: 'POST', body: 'a prompt' })
    const { url, method, headers, signal, body } = real
    const foreign = { url, method, headers, signal, body, bodyUsed: false, clone: () => ({ body: real.body }) }
    const id = await streams.createStream()
    const response = await streams.stream(foreign as unknown as Request, id, async ({ append, request }) =>
      append(await request.text()),
    )
    expect(await response.text()).toBe('a prompt')
  })

  it('may return an async iterable', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    await streams.stream(request(), id, async function* () {
      yield 'one '
      yield 'two'
    })
    await clock.advance(300)
    expect(await body(streams, id)).toMatchObject({ text: 'one two', status: 'done' })
  })

  it('may return or resolve to a ReadableStream', async () => {
    const { streams, clock } = createRig()
    const readable = () =>
      new ReadableStream<string>({
        start(controller) {
          controller.enqueue('one ')
          controller.enqueue('two')
          controller.close()
        },
      })
    // Streams are not iterable in Safari, so this one is read with its reader.
    const plain = { getReader: () => readable().getReader() } as ReadableStream<string>
    for (const producer of [readable, async () => readable(), () => plain]) {
      const id = await streams.createStream()
      await streams.stream(request(), id, producer)
      await clock.advance(300)
      expect(await body(streams, id)).toMatchObject({ text: 'one two', status: 'done' })
    }
  })

  it('S17 that throws ends the stream as error, keeps its text, and only onError gets the cause', async () => {
    const { streams, clock, errors } = createRig()
    const cause = new Error('the model said: secret')
    const producers = [
      async ({ append }: ProducerContext) => {
        await append('kept')
        throw cause
      },
      async function* () {
        yield 'kept'
        throw cause
      },
    ]
    for (const producer of producers) {
      const id = await streams.createStream()
      const driven = collect(await streams.stream(request(), id, producer))
      await clock.advance(300)
      expect(driven).toMatchObject({ text: 'kept', isDone: true })
      const snapshot = await (await streams.read(request(), id)).json()
      expect(snapshot).toMatchObject({ text: 'kept', status: 'error', error: 'generation' })
      expect(JSON.stringify(snapshot)).not.toContain('secret')
      expect(errors.pop()).toEqual({ error: cause, context: { id, source: 'producer' } })
    }
    expect(errors).toEqual([])
  })

  it('that throws before it appends ends as error with no text', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    await streams.stream(request(), id, () => {
      throw new Error('at once')
    })
    await clock.advance(300)
    expect(await body(streams, id)).toMatchObject({ text: '', status: 'error' })
  })

  it('that yields anything but strings ends as error', async () => {
    const { streams, clock, errors } = createRig()
    const id = await streams.createStream()
    await streams.stream(request(), id, async function* () {
      yield 'text'
      yield { type: 'text' } as unknown as string
    })
    await clock.advance(300)
    expect(await body(streams, id)).toMatchObject({ text: 'text', status: 'error' })
    expect(errors[0]?.error).toBeInstanceOf(StreamServerError)
    expect(errors[0]?.error).toMatchObject({ code: 'invalid-text' })
  })

  it('that appends anything but strings ends as error too, without an unhandled rejection', async () => {
    const { streams, clock, errors } = createRig()
    const part = { type: 'text' } as unknown as string
    const unhandled: unknown[] = []
    const onUnhandled = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', onUnhandled)
    const producers = [
      ({ append }: ProducerContext) => {
        void append('text')
        void append(part)
        void append(' lost')
      },
      async ({ append }: ProducerContext) => {
        await append('text')
        await append(part)
      },
    ]
    for (const producer of producers) {
      const id = await streams.createStream()
      await streams.stream(request(), id, producer)
      await clock.advance(300)
      const snapshot = await (await streams.read(request(), id)).json()
      expect(snapshot).toMatchObject({ text: 'text', status: 'error', error: 'generation' })
      expect(errors.splice(0)).toMatchObject([{ error: { code: 'invalid-text' }, context: { id, source: 'producer' } }])
    }
    await settled()
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled).toEqual([])
  })

  it('whose chunk is refused closes its source', async () => {
    const { streams, clock } = createRig()
    const part = { type: 'text' } as unknown as string
    const closed: string[] = []
    async function* iterable() {
      try {
        yield part
      } finally {
        closed.push('returned')
      }
    }
    const readable = new ReadableStream<string>({
      start: (controller) => controller.enqueue(part),
      cancel: () => void closed.push('cancelled'),
    })
    // Read with its reader, as on platforms where a stream is not iterable.
    const plain = { getReader: () => readable.getReader() } as ReadableStream<string>
    for (const produced of [iterable(), plain]) {
      const id = await streams.createStream()
      await streams.stream(request(), id, () => produced)
      await clock.advance(300)
      expect(await body(streams, id)).toMatchObject({ text: '', status: 'error' })
    }
    expect(closed).toEqual(['returned', 'cancelled'])
  })

  it.each([
    ['a string', 'text', /type string/],
    ['an empty string', '', /type string/],
    ['an array', ['text'], /an array/],
    ['an object', { text: 'text' }, /type object/],
    ['a number', 42, /type number/],
  ])('that returns %s gets an error that names what to return', async (_, produced, what) => {
    const { streams, clock, errors } = createRig()
    const id = await streams.createStream()
    await streams.stream(request(), id, () => produced as unknown as AsyncIterable<string>)
    await clock.advance(300)
    expect((await body(streams, id)).status).toBe('error')
    const { error } = errors[0] as { error: Error }
    expect(error).toMatchObject({ code: 'invalid-text' })
    expect(error.message).toMatch(what)
    expect(error.message).toMatch(/append\(\).*async iterable.*ReadableStream/)
  })

  it('that writes too much is cut at maxLength, never inside a surrogate pair', async () => {
    const { streams, clock } = createRig({ maxLength: 6 })
    const texts: [string[], string][] = [
      [['12345', '6789'], '123456'],
      [['12345', '😀'], '12345'],
      [['1234', '😀', 'x'], '1234😀'],
      [['123456', '\uD83D'], '123456'],
      [['12345', '\uD83D'], '12345\uFFFD'],
    ]
    for (const [chunks, expected] of texts) {
      const id = await streams.createStream()
      const hand = createHand()
      await streams.stream(request(), id, hand.producer)
      for (const chunk of chunks) await hand.append(chunk)
      const isCut = chunks.join('').length > 6
      // A first half that waits for its second half is too much only if that never comes.
      expect(hand.calls[0]?.signal.aborted).toBe(isCut && !chunks.includes('\uD83D'))
      hand.finish()
      await clock.advance(300)
      const snapshot = await (await streams.read(request(), id)).json()
      expect(snapshot).toMatchObject({ text: expected, status: isCut ? 'error' : 'done' })
      expect(snapshot.error).toBe(isCut ? 'too-long' : undefined)
    }
  })

  it('gets a copy of the request with the signal of the run and with its body', async () => {
    const { streams, clock } = createRig()
    const client = new AbortController()
    const id = await streams.createStream({ meta: { model: 'm' } })
    const hand = createHand()
    const sent = request('/x', { method: 'POST', body: 'prompt', headers: { 'X-Model': 'm' }, signal: client.signal })
    const response = await streams.stream(sent, id, hand.producer)
    const [context] = hand.calls
    expect(context).toMatchObject({ id, meta: { model: 'm' }, epoch: 1, text: '' })
    expect(context?.request.headers.get('X-Model')).toBe('m')
    expect(await context?.request.text()).toBe('prompt')
    await response.body?.cancel()
    client.abort()
    await settled()
    expect(context?.request.signal.aborted).toBe(false)
    expect(context?.signal.aborted).toBe(false)
    await streams.stopStream(id)
    expect(context?.request.signal.aborted).toBe(true)
    expect(context?.signal.reason).toMatchObject({ name: 'AbortError' })
    await clock.advance(0)
  })

  it('gets one copy of a request without a body, which is made only if the producer asks for it', async () => {
    const { streams, clock } = createRig()
    const [sent, other] = [request('/x', { method: 'POST', headers: { 'X-Model': 'm' } }), request()]
    let copies = 0
    const Platform = Request
    vi.stubGlobal(
      'Request',
      class extends Platform {
        constructor(...given: ConstructorParameters<typeof Platform>) {
          super(...given)
          copies++
        }
      },
    )
    try {
      const hands = [createHand(), createHand()] as const
      await streams.stream(other, await streams.createStream(), hands[0].producer)
      expect([hands[0].calls.length, copies]).toEqual([1, 0])
      const id = await streams.createStream()
      await streams.stream(sent, id, hands[1].producer)
      const context = hands[1].calls[0]
      expect(context?.request).toBe(context?.request)
      expect([copies, context?.request.method, context?.request.headers.get('X-Model')]).toEqual([1, 'POST', 'm'])
      await streams.stopStream(id)
      expect(context?.request.signal.aborted).toBe(true)
    } finally {
      vi.unstubAllGlobals()
    }
    await clock.advance(0)
  })

  it('gets an error instead of an empty text if it reads a body that was read before', async () => {
    const { streams } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const sent = request('/x', { method: 'POST', body: 'prompt' })
    await sent.text()
    await streams.stream(sent, id, hand.producer)
    await expect(hand.calls[0]?.request.text()).rejects.toMatchObject({ code: 'body-used' })
  })

  it('yields to the event loop every 10 ms, and not more often', async () => {
    const clock = createFakeClock()
    let yields = 0
    const setImmediate = (callback: () => void) => {
      yields++
      clock.setImmediate(callback)
    }
    const { streams } = createRig({ environment: { ...clock, setImmediate } })
    const ids = [await streams.createStream(), await streams.createStream()]
    let working = 2
    for (const id of ids) {
      await streams.stream(request(), id, async ({ append }) => {
        for (let index = 0; index < 500; index++) {
          clock.stall(1)
          await append('x')
        }
        working--
      })
    }
    while (working > 0) await settled()
    // The two producers work for a second in total, and share the yields.
    expect(yields).toBeGreaterThanOrEqual(90)
    expect(yields).toBeLessThanOrEqual(101)
  })

  it('does not wait if it appends once in a turn of the event loop, however long that takes', async () => {
    const clock = createFakeClock()
    const turns: (() => void)[] = []
    const { streams } = createRig({ environment: { ...clock, setImmediate: (callback) => void turns.push(callback) } })
    const id = await streams.createStream()
    const hand = createHand()
    await streams.start(id, hand.producer)
    await settled()
    for (let turn = 0; turn < 5; turn++) {
      clock.stall(20)
      let isOver = false
      void hand.append('token ').then(() => {
        isOver = true
      })
      await settled()
      expect(isOver).toBe(true)
      for (const endTurn of turns.splice(0)) endTurn()
    }
  })

  it('yields also if it goes on after the stream has ended', async () => {
    const { streams, clock } = createRig({ maxLength: 1 })
    const id = await streams.createStream()
    let isOver = false
    await streams.stream(request(), id, async ({ append }) => {
      while (!isOver) {
        clock.stall(5)
        await append('too long')
      }
    })
    await settled()
    isOver = true
    expect((await streams.getStreamBody(id)).text).toBe('t')
  })

  it('is never slowed down: append resolves while the store hangs and no reader reads', async () => {
    const { streams, clock, store } = createRig({
      wrap: (real) => ({ ...real, append: () => new Promise(() => undefined) }),
    })
    void store
    const id = await streams.createStream()
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    for (let index = 0; index < 1_000; index++) await hand.append('a sentence. ')
    await clock.advance(1_000)
    await hand.append('still going')
    expect(hand.calls).toHaveLength(1)
  })
})

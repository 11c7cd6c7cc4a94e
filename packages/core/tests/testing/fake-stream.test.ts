import { createStreamClient, type StreamState } from '@keepstream/core'
import { createFakeClock, type FakeStreamOptions, fakeStream } from '@keepstream/core/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const TEXT = 'One sentence. Another one, a little longer. 😀 The end.'

/** A driver and a follower, each with its own client, as in two tabs. */
function tabs(options: Partial<FakeStreamOptions> = {}) {
  const fake = fakeStream({ text: TEXT, ...options })
  const open = (driven: boolean) => {
    const stream = createStreamClient(fake.sources).stream('a')
    const states: StreamState[] = []
    const leave = stream.subscribe((state) => states.push(state), { start: driven })
    return { stream, states, leave, shown: () => stream.$state.get() }
  }
  return { fake, open }
}

describe('a fake stream', () => {
  it('is written in chunks as its clock advances, and stored a little later', async () => {
    const { fake, open } = tabs({ chunkLength: 4, chunkMs: 100, persistMs: 150 })
    const driver = open(true)
    const follower = open(false)
    // The third chunk is shown with the frame after it.
    await fake.clock.advance(304)
    expect([driver.shown().text, follower.shown().text]).toEqual([TEXT.slice(0, 12), TEXT.slice(0, 4)])
    await fake.finish()
    for (const { shown } of [driver, follower]) expect(shown()).toMatchObject({ text: TEXT, status: 'done' })
    expect([fake.drives, fake.requests.length, fake.open, fake.clock.waiting]).toEqual([1, 2, 0, 0])
    // 14 chunks, the end after the last one, and the time to store it.
    expect(fake.clock.Date.now()).toBe(14 * 100 + 100 + 150)
  })

  it('accepts chunks unchanged, and reports each request', async () => {
    const { fake, open } = tabs({ text: ['a', 'bcd', '😀'] })
    const driver = open(true)
    await fake.finish()
    expect([...new Set(driver.states.map(({ text }) => text))]).toEqual(['', 'a', 'abcd', 'abcd😀'])
    expect(fake.requests).toEqual([{ kind: 'drive', id: 'a', offset: 0, atMs: 0 }])
  })

  it('has a text for each id', async () => {
    const fake = fakeStream({ text: (id) => `the text of ${id}` })
    const client = createStreamClient(fake.sources)
    const streams = ['a', 'b'].map((id) => client.stream(id))
    for (const stream of streams) stream.attach({ start: true })
    await fake.finish()
    expect(streams.map((stream) => stream.$state.get().text)).toEqual(['the text of a', 'the text of b'])
  })

  it('ends with the given status', async () => {
    const { fake, open } = tabs({ status: 'error', error: 'too hot' })
    const { shown } = open(true)
    await fake.finish()
    expect(shown()).toMatchObject({ text: TEXT, status: 'error', error: { code: 'generation' } })
    expect(shown().error?.message).toContain('too hot')
  })

  it.each(['tail', 'fetcher', 'subscription'] as const)(
    'tells a %s that nobody writes, from the death of the server until the text is resumed',
    async (snapshotAs) => {
      const { fake, open } = tabs({ snapshotAs, restart: { at: 20, keep: 8, stalledMs: 30_000 } })
      const readers = [open(true), open(false)]
      await fake.clock.advance(20_000)
      for (const { shown } of readers) expect(shown()).toMatchObject({ status: 'streaming', isStalled: true })
      await fake.finish()
      for (const { shown } of readers) expect(shown()).toMatchObject({ text: TEXT, status: 'done', isStalled: false })
    },
  )

  it.each(['tail', 'fetcher', 'subscription'] as const)(
    'is followed by a %s, from what was stored before',
    async (snapshotAs) => {
      const { fake, open } = tabs({ snapshotAs, stored: 20 })
      const { shown } = open(false)
      await fake.clock.advance(0)
      expect(shown().text).toBe(TEXT.slice(0, 20))
      await fake.finish()
      expect(shown()).toMatchObject({ text: TEXT, status: 'done' })
      expect([fake.drives, fake.clock.waiting]).toEqual([0, 0])
    },
  )

  it('is stopped where it is, for all', async () => {
    const { fake, open } = tabs()
    const driver = open(true)
    const follower = open(false)
    await fake.clock.advance(200)
    const stopped = follower.stream.stop()
    await fake.finish()
    await stopped
    expect(driver.shown()).toMatchObject({ text: TEXT.slice(0, 32), status: 'stopped' })
    expect(follower.shown().text).toBe(driver.shown().text)
  })

  it('needs its time to arrive', async () => {
    const { fake, open } = tabs({ text: ['ab', 'cd'], delayMs: 500, chunkMs: 50 })
    const { shown } = open(true)
    await fake.clock.advance(1049)
    expect(shown().text).toBe('')
    await fake.clock.advance(1)
    expect(shown().text).toBe('ab')
    await fake.finish()
    expect(fake.clock.waiting).toBe(0)
  })

  it('reports what is wrong when it cannot finish', async () => {
    const { fake, open } = tabs()
    await expect(fake.finish()).rejects.toThrow(/no reader received the end.*0 requests/)
    open(false)
    await expect(fake.finish(60_000)).rejects.toThrow(/no reader received the end.*"a" is pending/)
  })

  it.each<[string, Partial<FakeStreamOptions>]>([
    ['dropAt: 500', { dropAt: [12, 500] }],
    ['truncateAt: 500', { truncateAt: 500 }],
    ['stallAt: 500', { stallAt: 500 }],
    ['reorderAt: 500', { reorderAt: 500 }],
    ['staleAt: 500', { staleAt: 500 }],
    ['refuse: 503 on stop', { refuse: [{ status: 503, on: 'stop' }] }],
    ['restart: at 500', { restart: { at: 500, keep: 10 } }],
    ['stored: 99', { stored: 99 }],
    ['duplicate', { text: '', duplicate: true }],
  ])('says that a fault never struck: %s', async (left, options) => {
    const { fake, open } = tabs(options)
    open(true)
    await expect(fake.finish()).rejects.toThrow(`never happened: ${left} (`)
  })

  it('reports faults that cannot happen with a fetcher alone, also with its own timers', async () => {
    const fetched = tabs({ snapshotAs: 'fetcher', stored: 8, reorderAt: 16, duplicate: true })
    fetched.open(false)
    await expect(fetched.fake.finish()).rejects.toThrow('never happened: reorderAt: 16, duplicate (')

    const clock = createFakeClock()
    const { fake, open } = tabs({ dropAt: 500, environment: clock })
    open(true)
    const finished = expect(fake.finish()).rejects.toThrow('never happened: dropAt: 500 (')
    await clock.drain()
    await finished
  })

  it('is content when a fault struck one of several texts', async () => {
    const fake = fakeStream({ text: (id) => (id === 'long' ? TEXT : 'short'), dropAt: 20 })
    const client = createStreamClient(fake.sources)
    for (const id of ['long', 'short']) client.stream(id).attach({ start: true })
    await fake.finish()
  })

  it.each([
    ['text', { text: undefined }],
    ['text', { text: ['a', 1] }],
    ['status', { status: 'streaming' }],
    ['snapshotAs', { snapshotAs: 'live' }],
    ['chunkMs', { chunkMs: Number.NaN }],
    ['chunkMs', { chunkMs: Number.POSITIVE_INFINITY }],
    ['persistMs', { persistMs: -1 }],
    ['delayMs', { delayMs: 2 ** 31 }],
    ['stallMs', { stallMs: 0 }],
    ['chunkLength', { chunkLength: 0 }],
    ['stored', { stored: -1 }],
    ['dropAt', { dropAt: [3, 1.5] }],
    ['truncateAt', { truncateAt: -1 }],
    ['stallAt', { stallAt: Number.NaN }],
    ['reorderAt', { reorderAt: '3' }],
    ['staleAt', { staleAt: Number.POSITIVE_INFINITY }],
    ['restart.at', { restart: { at: -1, keep: 0 } }],
    ['restart.keep', { restart: { at: 3, keep: 4 } }],
    ['refuse.status', { refuse: [{ status: 200 }] }],
    ['refuse.on', { refuse: [{ status: 500, on: 'write' }] }],
    ['refuse.times', { refuse: [{ status: 500, times: 0 }] }],
    ['refuse.serverCode', { refuse: [{ status: 403, serverCode: 7 }] }],
    ['refuse.retryAfterMs', { refuse: [{ status: 429, retryAfterMs: Number.NaN }] }],
  ])('refuses what cannot be meant: %s of %o', (name, options) => {
    expect(() => tabs(options as Partial<FakeStreamOptions>)).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(`\`${name}\``) }),
    )
  })
})

describe('a fault', () => {
  const faults: [string, Partial<FakeStreamOptions>, Partial<{ requests: number; reconciled: boolean }>][] = [
    ['a connection that is cut', { dropAt: 12 }, { requests: 2 }],
    ['several that are', { dropAt: [12, 20, 30] }, { requests: 4 }],
    ['one that ends without the end', { truncateAt: 12 }, { requests: 2 }],
    ['an end that is lost', { truncateAt: TEXT.length }, { requests: 2 }],
    // A short read goes out beside the next connection.
    ['one that falls silent', { stallAt: 12 }, { requests: 3 }],
    ['pieces that come twice', { duplicate: true }, { requests: 1 }],
    ['pieces that change places', { reorderAt: 16 }, { requests: 2 }],
    ['a copy that lags behind', { dropAt: 40, staleAt: 20 }, { requests: 2 }],
    ['a server that dies', { restart: { at: 30, keep: 10, text: 'Anew.' } }, { reconciled: true }],
    ['a network that fails', { refuse: [{ status: 0, times: 3 }] }, { requests: 5 }],
    ['a server that fails', { refuse: [{ status: 500 }, { status: 503 }] }, { requests: 4 }],
    ['one that asks for patience', { refuse: [{ status: 429, retryAfterMs: 5000 }] }, { requests: 3 }],
    ['a drive that is refused', { stored: 8, refuse: [{ status: 409, on: 'drive' }] }, { requests: 2 }],
  ]
  it.each(faults)('%s: strikes, and the text is whole', async (_, options, { requests, reconciled = false }) => {
    const { fake, open } = tabs(options)
    const { shown, states } = open(true)
    await fake.finish()
    const { restart } = options
    const whole = restart ? TEXT.slice(0, restart.keep) + restart.text : TEXT
    expect(shown()).toMatchObject({ text: whole, status: 'done', isReconciled: reconciled })
    if (requests) expect(fake.requests).toHaveLength(requests)
    expect(states.length).toBeGreaterThan(3)
    expect([fake.open, fake.clock.waiting]).toEqual([0, 0])
  })

  it.each(['fetcher', 'subscription'] as const)('strikes a %s too', async (snapshotAs) => {
    const { fake, open } = tabs({ snapshotAs, stored: 4, dropAt: 12, truncateAt: 30, stallAt: 40, staleAt: 20 })
    const { shown } = open(false)
    await fake.finish()
    expect(shown()).toMatchObject({ text: TEXT, status: 'done' })
    expect([fake.open, fake.clock.waiting]).toEqual([0, 0])
  })

  it('gives up the connection of a subscription that fell silent after `stallMs`, and not one that is kept alive', async () => {
    const { fake, open } = tabs({ snapshotAs: 'subscription', stored: 4, stallAt: 12, stallMs: 9_000, chunkMs: 20_000 })
    const { shown } = open(false)
    await fake.clock.advance(20_000 + 100 + 8_999)
    expect([shown().text, shown().connection, fake.requests.length]).toEqual([TEXT.slice(0, 12), 'live', 1])
    await fake.clock.advance(1)
    expect(shown().connection).toBe('waiting')
    await fake.finish()
    expect(shown()).toMatchObject({ text: TEXT, status: 'done' })
    expect(fake.requests).toHaveLength(2)
  })

  it('that reorders chunks waits for a driver, because the responses of a fetcher have no chunks', async () => {
    const { fake, open } = tabs({ snapshotAs: 'fetcher', reorderAt: 16, duplicate: true })
    open(false)
    await fake.clock.advance(50)
    const { shown } = open(true)
    await fake.finish()
    expect(shown()).toMatchObject({ text: TEXT, status: 'done' })
  })

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
  ] as const)('%d is shown, and is over when a person tries again', async (status, code) => {
    const { fake, open } = tabs({ refuse: [{ status }] })
    const { stream, shown } = open(true)
    await fake.clock.advance(60_000)
    expect(shown()).toMatchObject({ connection: 'failed', error: { code } })
    stream.retry()
    await fake.finish()
    expect(shown()).toMatchObject({ text: TEXT, status: 'done' })
  })

  it("says the server's own word for a refusal", async () => {
    const fake = fakeStream({ text: TEXT, refuse: [{ status: 402, on: 'drive', serverCode: 'no-credit' }] })
    const stream = createStreamClient(fake.sources).stream('a')
    const leave = stream.subscribe(() => {}, { start: true })
    await fake.clock.advance(1_000)
    expect(stream.$state.get().error).toMatchObject({
      code: 'forbidden',
      serverCode: 'no-credit',
      message: expect.stringContaining('402 (no-credit)'),
    })
    leave()
  })

  it('of a stop request is reported to the caller of stop', async () => {
    const { fake, open } = tabs({ refuse: [{ status: 503, on: 'stop' }] })
    const { stream } = open(true)
    await fake.clock.advance(100)
    await expect(stream.stop()).rejects.toMatchObject({ code: 'server' })
    await fake.finish()
  })

  it('that loses text loses none that was stored, so that a follower has nothing to take back', async () => {
    const { fake, open } = tabs({ restart: { at: 30, keep: 10, text: 'Anew.' }, persistMs: 10 })
    const driver = open(true)
    const follower = open(false)
    await fake.finish()
    expect([driver.shown().isReconciled, follower.shown().isReconciled]).toEqual([true, false])
    expect(follower.shown().text).toBe(driver.shown().text)
  })

  it('without epochs is noticed by comparing', async () => {
    const { fake, open } = tabs({ hasEpochs: false, restart: { at: 30, keep: 10, text: 'Anew.' } })
    const { shown } = open(true)
    await fake.finish()
    expect(shown()).toMatchObject({ text: `${TEXT.slice(0, 10)}Anew.`, status: 'done', isReconciled: true })
  })

  it('happens at the same moment every time', async () => {
    const run = async () => {
      const { fake, open } = tabs({
        dropAt: [8, 30],
        stallAt: 16,
        reorderAt: 40,
        refuse: [{ status: 500, on: 'read' }],
      })
      vi.spyOn(Math, 'random').mockReturnValue(0.5)
      const { states } = open(true)
      await fake.finish()
      return { states: states.map(({ text, connection }) => [text, connection]), requests: fake.requests }
    }
    expect(await run()).toEqual(await run())
  })
})

describe('a clock', () => {
  afterEach(() => vi.useRealTimers())

  it('runs what falls due in its order, and stands still otherwise', async () => {
    const clock = createFakeClock({ startMs: 1000 })
    const ran: [string, number][] = []
    const at = (name: string) => () => ran.push([name, clock.Date.now()])
    clock.setTimeout(at('late'), 30)
    clock.setTimeout(() => clock.setTimeout(at('nested'), 5), 10)
    clock.clearTimeout(clock.setTimeout(at('cleared'), 5) as never)
    clock.requestAnimationFrame(at('frame'))
    await clock.advance(29)
    expect(ran).toEqual([
      ['frame', 1008],
      ['nested', 1015],
    ])
    expect([clock.waiting, clock.Date.now()]).toEqual([1, 1029])
    expect(await clock.drain(0)).toBe(false)
    expect(await clock.drain()).toBe(true)
    expect(ran.at(-1)).toEqual(['late', 1030])
  })

  it('refuses times that never come', async () => {
    const refusal = expect.objectContaining({ code: 'invalid-option' })
    expect(() => createFakeClock({ startMs: Number.NaN })).toThrow(refusal)
    expect(() => createFakeClock({ frameMs: 0 })).toThrow(refusal)
    const clock = createFakeClock({ frameMs: Number.POSITIVE_INFINITY })
    await expect(clock.advance(Number.NaN)).rejects.toThrow(refusal)
    await expect(clock.drain(-1)).rejects.toThrow(refusal)
  })

  it('is shared by the fakes that get one', async () => {
    const clock = createFakeClock()
    const [one, other] = [fakeStream({ text: 'one', clock }), fakeStream({ text: 'other', clock })]
    const streams = [one, other].map(({ sources }) => createStreamClient(sources).stream('a'))
    for (const stream of streams) stream.attach({ start: true })
    await one.finish()
    expect(streams.map((stream) => stream.$state.get().text)).toEqual(['one', 'other'])
  })

  it('needs no timer, also where all of them are faked', async () => {
    vi.useFakeTimers()
    const { fake, open } = tabs()
    const { shown } = open(true)
    await fake.finish()
    expect(shown().text).toBe(TEXT)
    expect(vi.getTimerCount()).toBe(0)
  })

  it("can be the test runner's own, for a client on the global timers", async () => {
    vi.useFakeTimers()
    const fake = fakeStream({ text: TEXT, dropAt: 16, environment: globalThis })
    const { live, snapshot, stop } = fake.sources
    const stream = createStreamClient({ live, snapshot, stop }).stream('a')
    stream.attach({ start: true })
    const finished = fake.finish()
    await vi.runAllTimersAsync()
    await finished
    expect(stream.$state.get()).toMatchObject({ text: TEXT, status: 'done' })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('what stands between', () => {
  it('holds responses back: a client reads on in short requests, and drives once', async () => {
    const fake = fakeStream({ text: 'x'.repeat(2000), isHeld: true })
    const stream = createStreamClient(fake.sources).stream('a')
    const leave = stream.attach({ start: true })
    await fake.clock.advance(5000)
    expect(stream.$state.get()).toMatchObject({ connection: 'polling', status: 'streaming' })
    expect(stream.$state.get().text.length).toBeGreaterThan(500)
    await fake.finish()
    expect(stream.$state.get()).toMatchObject({ text: 'x'.repeat(2000), status: 'done' })
    expect(fake.drives).toBe(1)
    leave()
  })

  it('reports that nothing was held back without a reader', async () => {
    const fake = fakeStream({ text: 'x', isHeld: true, snapshotAs: 'fetcher', stored: 1 })
    const leave = createStreamClient(fake.sources).stream('a').attach()
    await expect(fake.finish()).rejects.toThrow('isHeld')
    leave()
  })

  it('returns its own page, which is temporary, or redirects, which a person has to fix', async () => {
    const fake = fakeStream({
      text: 'One sentence.',
      dropAt: 4,
      refuse: [
        { status: 404, isForeign: true, on: 'read', times: 3 },
        { status: 302, location: 'https://app.example/login', on: 'read' },
      ],
    })
    const stream = createStreamClient(fake.sources).stream('a')
    const leave = stream.attach({ start: true })
    await fake.clock.advance(60_000)
    expect(stream.$state.get()).toMatchObject({
      text: 'One ',
      connection: 'failed',
      error: { code: 'redirected', location: 'https://app.example/login' },
    })
    stream.retry()
    await fake.finish()
    expect(stream.$state.get()).toMatchObject({ text: 'One sentence.', status: 'done' })
    leave()
  })

  it('lets the page say wrongly that it has no network, and all goes on', async () => {
    const fake = fakeStream({
      text: 'One sentence.',
      dropAt: 4,
      refuse: [{ status: 0, on: 'read', times: 5 }],
      onLine: false,
    })
    const stream = createStreamClient(fake.sources).stream('a')
    const seen = new Set<string>()
    const leave = stream.subscribe(({ connection }) => seen.add(connection), { start: true })
    await fake.finish()
    expect(stream.$state.get()).toMatchObject({ text: 'One sentence.', status: 'done' })
    expect([...seen]).toContain('offline')
    leave()
  })
})

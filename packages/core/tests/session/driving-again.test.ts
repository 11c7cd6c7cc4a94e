import { createStreamClient, keepstream, type LiveSource, type Snapshot, SourceError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakeFetch, json } from '../support/fake-fetch'
import { fakeFetcher } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown, WAITS } from '../support/setup'

useFakeTime()

async function driven(options?: Parameters<typeof setup>[0]) {
  const { client, live, tail } = setup(options)
  const stream = client.stream('a')
  stream.attach({ start: true })
  await settle()
  return { stream, live, tail }
}

describe('driving again (P6)', () => {
  const pending = () => fakeFetcher((): Snapshot => ({ offset: 0, text: '', status: 'pending' }))

  it('happens unasked when the request surely never reached the server', async () => {
    const { stream, live, tail } = await driven()
    live.last.fail(new SourceError('network', 'no headers', { isUnsent: true }))
    await settle()
    expect(shown(stream)).toMatchObject({ connection: 'waiting', retrying: { error: { code: 'network' } } })
    await pass(100)
    expect([live.opened.length, tail.opened.length]).toEqual([2, 0])
    live.last.sink.chunk({ offset: 0, text: 'ab' })
    expect(shown(stream)).toMatchObject({ text: 'ab', retrying: undefined })
  })

  it('never happens automatically with a source that cannot repeat, whatever the persisted status', async () => {
    const snapshot = pending()
    const { stream, live } = await driven({ snapshot })
    live.last.fail(new SourceError('server', 'down'))
    await pass(120_000)
    expect(snapshot.reads.length).toBeGreaterThan(10)
    expect(live.opened).toHaveLength(1)
    expect(shown(stream).retrying?.error).toMatchObject({ code: 'server' })
    stream.retry()
    await pass(1000)
    expect(live.opened).toHaveLength(2)
  })

  it('happens at a source that can repeat, while the persisted status is pending', async () => {
    const { live } = await driven({ canRepeat: true, snapshot: pending() })
    live.last.fail(new SourceError('server', 'down'))
    await pass(1000)
    expect(live.opened.length).toBeGreaterThan(1)
  })

  it('waits ever longer while it goes on failing', async () => {
    const { live } = await driven({ canRepeat: true, snapshot: pending() })
    for (let second = 0; second < 600; second++) {
      live.last.fail(new SourceError('server', 'down'))
      await pass(100)
    }
    expect(live.opened.length).toBeGreaterThan(5)
    expect(live.opened.length).toBeLessThan(60_000 / 800 + 10)
  })

  it('does not happen once the persisted status is another', async () => {
    const snapshot = fakeFetcher(() => ({ offset: 0, text: '', status: 'streaming' }))
    const { live } = await driven({ canRepeat: true, snapshot })
    live.last.fail(new SourceError('server', 'down'))
    await pass(120_000)
    expect(live.opened).toHaveLength(1)
  })

  it('happens with a source that can repeat when no process writes the text, and joins there', async () => {
    const { stream, live, tail } = await driven({ canRepeat: true })
    live.last.sink.chunk({ offset: 0, text: 'half', origin: { epoch: 1, base: 0 } })
    live.last.close()
    await settle()
    tail.last.sink.next({ offset: 4, text: '', status: 'streaming', origin: { epoch: 1, base: 0 } })
    expect(live.opened).toHaveLength(1)
    tail.last.sink.next({ offset: 4, text: '', status: 'streaming', origin: { epoch: 1, base: 0 }, stalled: true })
    await pass(1000)
    expect(live.opened).toHaveLength(2)
    expect(live.last.request).toMatchObject({ offset: 4, epoch: 1 })
    live.last.sink.chunk({ offset: 4, text: '', origin: { epoch: 1, base: 0 }, stalled: true })
    expect(shown(stream)).toMatchObject({
      status: 'streaming',
      connection: 'live',
      isStalled: true,
      retrying: undefined,
    })
    live.last.sink.chunk({ offset: 2, text: 'lo', origin: { epoch: 2, base: 2 } })
    await pass(100)
    expect(shown(stream)).toMatchObject({ text: 'halo', isStalled: false, isReconciled: true })
  })

  it('waits longer each time while no process writes the text and each drive is cut', async () => {
    const { live, tail } = await driven({ canRepeat: true })
    for (let second = 0; second < 600; second++) {
      live.last.close()
      await settle()
      tail.last.sink.next({ offset: 0, text: 'half', status: 'streaming', stalled: true })
      await pass(100)
    }
    expect(live.opened.length).toBeGreaterThan(5)
    expect(live.opened.length).toBeLessThan(60_000 / 800 + 10)
  })

  it('waits longer each time while no process writes the text and each drive leaves a gap', async () => {
    const snapshot = fakeFetcher((): Snapshot => ({ offset: 0, text: 'half', status: 'streaming', stalled: true }))
    let drives = 0
    const live: LiveSource = {
      canRepeat: true,
      open: async (_, { chunk }) => {
        // So that a hot loop ends.
        if (++drives < 200) chunk({ offset: 9, text: 'beyond' })
      },
    }
    createStreamClient({ live, snapshot, poll: WAITS, retry: WAITS }).stream('a').attach({ start: true })
    await pass(60_000)
    expect(drives).toBeGreaterThan(5)
    expect(drives).toBeLessThan(60_000 / 800 + 10)
  })

  it('does not happen with a source that cannot repeat, although no process writes the text', async () => {
    const { live, tail } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'half' })
    live.last.close()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'half', status: 'streaming', stalled: true })
    await pass(60_000)
    expect(live.opened).toHaveLength(1)
  })

  it('does not happen for a follower, whose user never asked for the text', async () => {
    const snapshot = pending()
    const { client, live } = setup({ canRepeat: true, snapshot })
    client.stream('a').attach()
    await pass(120_000)
    expect(snapshot.reads.length).toBeGreaterThan(10)
    expect(live.opened).toHaveLength(0)
  })
})

describe('many clients that drive one id at one server', () => {
  function world() {
    const drives: string[] = []
    const fetch = fakeFetch(({ url, headers, init }) => {
      const token = headers.get('authorization') ?? ''
      if (url.endsWith('/drive')) drives.push(token)
      if (token === 'old') return json({ code: 'unauthorized' }, { status: 401 })
      return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
    })
    const drive = async (authorization: string) => {
      const client = createStreamClient(keepstream({ url: '/streams', fetch, headers: { authorization } }))
      client.stream('a').attach({ start: true })
      await settle()
    }
    return { drives, drive }
  }

  it('all drive, as tabs, users and requests in one process do', async () => {
    const { drives, drive } = world()
    for (let user = 0; user < 20; user++) await drive(`user ${user}`)
    expect(drives).toHaveLength(20)
  })

  it('leave it to the next one to drive where they were refused', async () => {
    const { drives, drive } = world()
    for (let refused = 0; refused < 20; refused++) await drive('old')
    await drive('new')
    expect(drives.at(-1)).toBe('new')
  })
})

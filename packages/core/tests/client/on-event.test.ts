import { type Snapshot, SourceError, type StreamEvent } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakeFetcher } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { reportedIn } from '../support/reported'
import { GRACE_MS, setup, shown } from '../support/setup'

useFakeTime()

function received(options: Parameters<typeof setup>[0] = {}) {
  const events: StreamEvent[] = []
  const page = setup({ ...options, onEvent: (event) => events.push(event) })
  return { ...page, events, words: () => events.splice(0).map(say) }
}

function say(event: StreamEvent) {
  if ('source' in event) return `${event.type} ${event.source} ${event.offset}+${event.length}`
  return `${event.type} ${event.offset} ${event.status}${event.error ? ` ${event.error.code}` : ''}`
}

describe('onEvent', () => {
  it('reports a drive from its beginning to its end', async () => {
    const { client, live, words } = received()
    client.stream('a').attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'one ' })
    live.last.sink.chunk({ offset: 4, text: 'two' })
    live.last.sink.end({ end: 7, status: 'done' })
    await settle()
    expect(words()).toEqual(['driving 0 pending', 'appended live 0+4', 'appended live 4+3', 'finished 7 done'])
  })

  it('reports a cut, text that is read twice, a gap, and text that the store contradicts', async () => {
    const { client, live, tail, words } = received()
    client.stream('a').attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'one two', origin: { epoch: 1, base: 0 } })
    live.last.close()
    await settle()
    expect(words()).toEqual(['driving 0 pending', 'appended live 0+7', 'following 7 streaming'])
    tail.last.sink.next({ offset: 0, text: 'one ', status: 'streaming', origin: { epoch: 1, base: 0 } })
    tail.last.sink.next({ offset: 4, text: 'two three', status: 'streaming', origin: { epoch: 1, base: 0 } })
    tail.last.sink.next({ offset: 99, text: 'far', status: 'streaming', origin: { epoch: 1, base: 0 } })
    await pass(100)
    expect(words()).toEqual([
      'duplicate snapshot 0+4',
      'appended snapshot 4+9',
      'gap snapshot 99+3',
      'following 13 streaming',
    ])
    tail.last.sink.next({ offset: 4, text: 'TWO', status: 'streaming', origin: { epoch: 2, base: 4 } })
    tail.last.sink.next({ offset: 4, text: 'two', status: 'streaming', origin: { epoch: 1, base: 0 } })
    await settle()
    expect(words()).toEqual(['reconciled snapshot 4+3', 'stale snapshot 4+3'])
  })

  it('reports every cut, and no text beyond the end', async () => {
    const { client, live, words } = received()
    client.stream('a').attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'Hello world' })
    live.last.sink.end({ end: 5, status: 'done' })
    await settle()
    expect(words()).toEqual(['driving 0 pending', 'appended live 0+11', 'reconciled live 5+0', 'finished 5 done'])

    client.stream('b').attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
    live.last.fail(new SourceError('diverged', 'in a test', { offset: 2, epoch: 2 }))
    await settle()
    expect(words()).toEqual([
      'driving 0 pending',
      'appended live 0+5',
      'reconciled snapshot 2+0',
      'following 2 streaming',
    ])

    const stop = async () => ({ end: 8, status: 'stopped' as const })
    const other = received({ stop })
    const stream = other.client.stream('c')
    stream.attach({ start: true })
    await settle()
    other.live.last.sink.chunk({ offset: 0, text: 'Hello' })
    const isStopped = stream.stop()
    await settle()
    other.live.last.sink.chunk({ offset: 5, text: ', and much more' })
    await isStopped
    expect(shown(stream).text).toBe('Hello, a')
    expect(other.words()).toEqual(['driving 0 pending', 'appended live 0+5', 'appended live 5+3', 'finished 8 stopped'])
  })

  it('reports why an attempt waits for the next one, and why a stream failed', async () => {
    const { client, tail, words } = received()
    client.stream('a').attach()
    await settle()
    tail.last.fail(new SourceError('server', 'busy'))
    await settle()
    expect(words()).toEqual(['following 0 pending', 'waiting 0 pending server'])
    await pass(200)
    tail.last.fail(new SourceError('forbidden', 'not yours'))
    await settle()
    expect(words()).toEqual(['following 0 pending server', 'failed 0 pending forbidden'])
  })

  it('reports when the last reader has left', async () => {
    const { client, words } = received()
    const detach = client.stream('a').attach()
    await settle()
    detach()
    await pass(GRACE_MS)
    expect(words()).toEqual(['following 0 pending', 'idle 0 pending'])
  })

  it('reports each poll, and no chunk if a poll brings none', async () => {
    const answers: Snapshot[] = [
      { offset: 0, text: '', status: 'pending' },
      { offset: 0, text: 'ab', status: 'streaming' },
      { offset: 0, text: 'ab', status: 'done' },
    ]
    const { client, words } = received({
      snapshot: fakeFetcher((_, count) => answers[count - 1] ?? { offset: 0, text: '', status: 'done' }),
    })
    client.stream('a').attach()
    await pass(5000)
    expect(words()).toEqual([
      'following 0 pending',
      'following 0 pending',
      'appended snapshot 0+2',
      'following 2 streaming',
      'duplicate snapshot 0+2',
      'finished 2 done',
    ])
  })

  it('names the stream, and carries no text', async () => {
    const { client, live, events } = received()
    client.stream('a stream').attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'secret' })
    await settle()
    expect(events.map(({ id }) => id)).toEqual(['a stream', 'a stream'])
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  it('finds every change made when it acts on the stream itself', async () => {
    let retries = 0
    const { client, tail } = setup({
      onEvent: ({ type }) => {
        if (type === 'waiting' && retries++ < 3) client.stream('a').retry()
      },
    })
    client.stream('a').attach()
    await settle()
    for (let failure = 0; failure < 4; failure++) {
      tail.last.fail(new SourceError('server', 'busy'))
      await settle()
    }
    expect(retries).toBe(4)
    expect(tail.opened).toHaveLength(4)
    expect(tail.opened.filter(({ request }) => !request.signal.aborted)).toHaveLength(0)
    expect(shown(client.stream('a'))).toMatchObject({ connection: 'waiting' })
  })

  it('disturbs no reading by what it throws, which is reported', async () => {
    const { client, live } = setup({
      onEvent: () => {
        throw new Error('in a listener')
      },
    })
    const stream = client.stream('a')
    const errors = await reportedIn(async () => {
      stream.attach({ start: true })
      await settle()
      live.last.sink.chunk({ offset: 0, text: 'text' })
      live.last.sink.end({ end: 4, status: 'done' })
    })
    expect(shown(stream)).toMatchObject({ text: 'text', status: 'done' })
    expect(errors).toHaveLength(3)
  })
})

import { createStreamClient, keepstream } from '@keepstream/react'
import { cleanup, render } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { paint, pass, stopTime } from './support/fake-time'
import { InlineChat } from './support/inline-chat'
import { TokenChat } from './support/token-chat'
import { expectGrowing, happens, modes, watchStream } from './support/watch-stream'

let server: FakeServer

stopTime()
beforeEach(() => {
  server = createFakeServer()
})
afterEach(cleanup)

/** A page of its own, as a tab or a device is. */
const openPage = () => createStreamClient(keepstream({ url: '/streams', fetch: server.fetch }))
const kinds = () => server.requests.map(({ kind }) => kind)

describe.each(modes)('what the reference hook got wrong, $mode', ({ Mode }) => {
  it('streams under a double mount, with one drive', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    const stream = server.stream('a')
    await happens(() => stream.write('Hello '))
    expect(page.last).toMatchObject({ text: 'Hello ', status: 'streaming', connection: 'live' })
    await happens(() => stream.write('world'))
    await happens(() => stream.close())
    expect(page.last).toMatchObject({ text: 'Hello world', status: 'done', connection: 'closed', error: undefined })
    expect(page.screen).toBe('Hello world')
    expect(kinds()).toEqual(['drive'])
    expect(stream.runs).toBe(1)
    expectGrowing(page.results, 'Hello world')
  })

  it('restarts nothing for options, callbacks, URLs and headers that are new on each render', async () => {
    const page = (question: string) => (
      <Mode>
        <InlineChat question={question} fetch={server.fetch} />
      </Mode>
    )
    const { rerender, container } = render(page('one'))
    await happens()
    for (const piece of ['a', 'b', 'c', 'd']) {
      await happens(() => server.stream('a').write(piece))
      await happens(() => paint())
      rerender(page(piece))
      await happens()
    }
    expect(container.textContent).toBe('abcd')
    expect(kinds()).toEqual(['drive'])
  })

  it('uses a token that changes in mid-stream from the next attempt, and loses nothing', async () => {
    const shown: string[] = []
    const page = (token: string) => (
      <Mode>
        <TokenChat token={token} fetch={server.fetch} onText={(text) => shown.push(text)} />
      </Mode>
    )
    const { rerender, container } = render(page('one'))
    await happens()
    const stream = server.stream('a')
    await happens(() => stream.write('first, '))
    rerender(page('two'))
    await happens(() => stream.write('second, '))
    await happens(() => paint())
    expect(server.requests).toMatchObject([{ kind: 'drive', authorization: 'one' }])

    server.token = 'two'
    await happens(() => stream.cut())
    await happens(() => pass(5000))
    await happens(() => stream.write('third'))
    await happens(() => stream.close())
    expect(server.requests.slice(1)).toMatchObject([{ kind: 'follow', authorization: 'two', offset: 15 }])
    expect(container.textContent).toBe('first, second, third')
    for (const [index, text] of shown.entries()) expect(text.startsWith(shown[index - 1] ?? '')).toBe(true)
  })

  it('shows `error` to the driver and to a follower when the writer throws, and keeps the text', async () => {
    const driver = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    const follower = watchStream({ client: openPage(), id: 'a' }, Mode)
    await happens()
    await happens(() => server.stream('a').write('half a senten', { isStored: false }))
    await happens(() => server.stream('a').close('error'))
    for (const { last, screen } of [driver, follower]) {
      expect(last).toMatchObject({ text: 'half a senten', status: 'error', error: { code: 'generation' } })
      expect(screen).toBe('half a senten')
    }
  })

  it('never shrinks the text when the HTTP stream breaks, though the store is behind', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    const stream = server.stream('a')
    await happens(() => stream.write('A sentence. '))
    await happens(() => stream.write('And half of an', { isStored: false }))
    await happens(() => paint())
    expect(page.screen).toBe('A sentence. And half of an')

    await happens(() => stream.cut())
    await happens(() => pass(5000))
    expect(page.screen).toBe('A sentence. And half of an')
    expect(page.last.status).toBe('streaming')
    await happens(() => stream.write('other one.', { isStored: false }))
    await happens(() => stream.store())
    await happens(() => stream.close())
    expect(page.last).toMatchObject({ text: 'A sentence. And half of another one.', status: 'done' })
    expect(page.last.isReconciled).toBe(false)
    expectGrowing(page.results, 'A sentence. And half of another one.')
    expect(kinds().filter((kind) => kind === 'drive')).toHaveLength(1)
  })

  it('lets a stuck driver delay neither generation nor a follower', async () => {
    const driver = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    const stream = server.stream('a')
    stream.hold(true)
    const follower = watchStream({ client: openPage(), id: 'a' }, Mode)
    await happens()
    await happens(() => stream.write('one '))
    await happens(() => stream.write('two '))
    await happens(() => paint())
    expect(follower.screen).toBe('one two ')
    expect(driver.screen).toBe('')

    await happens(() => stream.hold(false))
    await happens(() => stream.close())
    expect(driver.last).toMatchObject({ text: 'one two ', status: 'done' })
    expectGrowing(driver.results, 'one two ')
  })

  it('drives once for two hooks at once', async () => {
    const client = openPage()
    const pages = [1, 2].map(() => watchStream({ client, id: 'a', driven: true }, Mode))
    await happens()
    await happens(() => server.stream('a').write('shared'))
    await happens(() => server.stream('a').close())
    for (const { screen } of pages) expect(screen).toBe('shared')
    expect(kinds()).toEqual(['drive'])
  })

  it('runs one producer for two tabs that drive at once', async () => {
    const pages = [1, 2].map(() => watchStream({ client: openPage(), id: 'a', driven: true }, Mode))
    await happens()
    await happens(() => server.stream('a').write('shared'))
    await happens(() => server.stream('a').close())
    for (const { last } of pages) expect(last).toMatchObject({ text: 'shared', status: 'done' })
    expect(server.stream('a').runs).toBe(1)
    expect(kinds()).toEqual(['drive', 'drive'])
  })

  it('shows text without a sentence end as it comes', async () => {
    const follower = watchStream({ client: openPage(), id: 'a' }, Mode)
    await happens()
    await happens(() => server.stream('a').write('no end in'))
    await happens(() => server.stream('a').write(' sight'))
    await happens(() => paint())
    expect(follower.last).toMatchObject({ text: 'no end in sight', status: 'streaming', isCaughtUp: true })
  })

  it('goes on with a healthy stream for longer than 20 minutes, silent but for keep-alives', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    const stream = server.stream('a')
    await happens(() => stream.write('begun, '))
    await happens(async () => {
      for (let seconds = 0; seconds < 21 * 60; seconds += 20) {
        stream.ping()
        await pass(20_000)
      }
    })
    expect(page.last).toMatchObject({ text: 'begun, ', status: 'streaming', connection: 'live' })
    await happens(() => stream.write('ended'))
    await happens(() => stream.close())
    expect(page.last).toMatchObject({ text: 'begun, ended', status: 'done' })
    expect(kinds()).toEqual(['drive'])
  })

  it('sends a follower its text once, through cuts and rollovers', async () => {
    const follower = watchStream({ client: openPage(), id: 'a' }, Mode)
    await happens()
    const sentence = 'A sentence of forty characters, no more. '
    for (let count = 1; count <= 200; count++) {
      await happens(() => server.stream('a').write(sentence))
      if (count % 50 === 0) {
        await happens(() => server.stream('a').cut())
        await happens(() => pass(5000))
      }
    }
    await happens(() => server.stream('a').close())
    const truth = sentence.repeat(200)
    expect(follower.last).toMatchObject({ text: truth, status: 'done' })
    expectGrowing(follower.results, truth)
    // One request at first and one after each cut; the reference sent some 820,000 characters for a text like this.
    expect(kinds()).toEqual(Array(5).fill('follow'))
    const sent = server.requests.reduce((sum, { length }) => sum + length, 0)
    expect(sent).toBeGreaterThanOrEqual(truth.length)
    expect(sent).toBeLessThan(truth.length * 2)
  })

  it('stops: the text stays as it is, with status `stopped`, and nothing is shown after it', async () => {
    const driver = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    const follower = watchStream({ client: openPage(), id: 'a' }, Mode)
    await happens()
    await happens(() => server.stream('a').write('enough'))
    await happens(() => follower.last.stop())
    await happens(() => pass(5000))
    for (const { last, screen } of [driver, follower]) {
      expect(last).toMatchObject({ text: 'enough', status: 'stopped', connection: 'closed', error: undefined })
      expect(screen).toBe('enough')
    }
    expect(kinds().filter((kind) => kind === 'stop')).toHaveLength(1)
    expect(server.open).toBe(0)
  })
})

import { createStreamClient, keepstream, type StreamError } from '@keepstream/react'
import { cleanup, render } from '@testing-library/react'
import { Component, type ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { paint, pass, stopTime } from './support/fake-time'
import { happens, modes, Probe, watchStream } from './support/watch-stream'

let server: FakeServer

stopTime()
beforeEach(() => {
  server = createFakeServer()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const openPage = () => createStreamClient(keepstream({ url: '/streams', fetch: server.fetch }))

describe.each(modes)('a component that shows a stream, $mode', ({ Mode }) => {
  it('leaves no timer and no open request when it has left in mid-stream', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('some '))
    await happens(() => server.stream('a').write('text'))
    expect(server.open).toBe(1)
    page.unmount()
    const count = page.results.length
    await happens(() => pass(1500))
    await happens(() => server.stream('a').write(' nobody reads'))
    expect(vi.getTimerCount()).toBe(0)
    expect(server.open).toBe(0)
    expect(page.results.length).toBe(count)
  })

  it('leaves no timer and no listener when it has left while it waited for the network', async () => {
    const listening = vi.spyOn(globalThis, 'addEventListener')
    const fetch = () => Promise.reject(new TypeError('Load failed'))
    const page = watchStream({ client: createStreamClient(keepstream({ url: '/streams', fetch })), id: 'a' }, Mode)
    await happens()
    expect(page.last).toMatchObject({ connection: 'waiting', error: { code: 'network' } })
    const signals = listening.mock.calls.flatMap(([type, , options]) =>
      type === 'online' ? [(options as { signal: AbortSignal }).signal] : [],
    )
    expect(signals).toHaveLength(1)
    page.unmount()
    await happens(() => pass(1500))
    expect(vi.getTimerCount()).toBe(0)
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
  })

  it('costs no request and no timer when it leaves in the tick it came', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    page.unmount()
    await happens()
    expect(server.requests).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  // A gap that is known: the wish to drive outlives its reader while another one is there.
  it('costs no request when it leaves in the tick it came, also beside one that follows', async () => {
    const client = openPage()
    watchStream({ client, id: 'a' }, Mode)
    await happens()
    const page = watchStream({ client, id: 'a', driven: true }, Mode)
    page.unmount()
    await happens()
    expect(server.requests.map(({ kind }) => kind)).toEqual(['follow'])
  })

  it('can tell the backlog from news', async () => {
    server.stream('a').write('written long ago, ')
    const page = watchStream({ client: openPage(), id: 'a' }, Mode)
    await happens()
    expect(page.last).toMatchObject({ text: 'written long ago, ', isCaughtUp: true })
    const early = page.results.filter(({ text }) => text === '')
    expect(early.length).toBeGreaterThan(0)
    expect(early.some(({ isCaughtUp }) => isCaughtUp)).toBe(false)
    await happens(() => server.stream('a').write('written now'))
    await happens(paint)
    expect(page.last).toMatchObject({ text: 'written long ago, written now', isCaughtUp: true })
  })

  it('is shown an error, and tries again when a person asks it to', async () => {
    server.token = 'a token'
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    expect(page.last).toMatchObject({ status: 'pending', connection: 'closed', error: { code: 'unauthorized' } })
    server.token = undefined
    await happens(() => page.last.retry())
    await happens(() => server.stream('a').write('at last'))
    await happens(() => server.stream('a').close())
    expect(page.last).toMatchObject({ text: 'at last', status: 'done', error: undefined })
  })

  it('asks for nothing again because it renders, once an error stays', async () => {
    server.token = 'a token'
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    expect(page.last.error).toMatchObject({ code: 'unauthorized' })
    const { length } = server.requests
    for (let render = 0; render < 5; render++) {
      await happens(() => page.show({ initial: { text: '', status: 'pending' } }))
      await happens(() => pass(1000))
    }
    expect(page.last.error).toMatchObject({ code: 'unauthorized' })
    expect(server.requests.length).toBe(length)
  })

  it('can stop a stream that nobody has driven yet, and none is driven afterwards', async () => {
    const page = watchStream({ client: openPage(), id: 'a' }, Mode)
    await happens()
    await happens(() => page.last.stop())
    expect(page.last).toMatchObject({ text: '', status: 'stopped', connection: 'closed' })
    await happens(() => page.show({ driven: true }))
    expect(server.stream('a').runs).toBe(0)
  })

  it('shows what the server has instead of text that the server lost, and says so', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('Stored. '))
    await happens(() => server.stream('a').write('Lost.', { isStored: false }))
    await happens(paint)
    expect(page.screen).toBe('Stored. Lost.')
    await happens(() => server.stream('a').crash())
    await happens(() => server.stream('a').write('Written anew.'))
    await happens(() => pass(5000))
    await happens(() => server.stream('a').close())
    expect(page.last).toMatchObject({ text: 'Stored. Written anew.', status: 'done', isReconciled: true })
  })
})

it('a component throws an option that cannot work to the next error boundary', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const { snapshot } = keepstream({ url: '/streams', fetch: server.fetch })
  const client = createStreamClient({ snapshot })
  const { container } = render(
    <Boundary>
      <Probe client={client} id="a" driven onRender={() => {}} />
    </Boundary>,
  )
  expect(container.textContent).toMatch(/^invalid-option @keepstream\/core: .*needs `live`/)
})

class Boundary extends Component<{ children: ReactNode }, { error?: StreamError }> {
  override state: { error?: StreamError } = {}

  static getDerivedStateFromError(error: StreamError) {
    return { error }
  }

  override render() {
    const { error } = this.state
    return error ? `${error.code} ${error.message}` : this.props.children
  }
}

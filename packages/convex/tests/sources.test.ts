import { convexSources } from '@keepstream/convex'
import { createStreamClient, type StreamClientOptions, type StreamState } from '@keepstream/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { api } from './support/app/_generated/api'
import { type Deployment, deploy } from './support/deployment'
import { openClient, openReactClient } from './support/hooks/clients'

const { getStreamBody } = api.streaming
const patience = { timeout: 15_000, interval: 10 }

type SourcesOptions = Parameters<typeof convexSources>[1]

async function setup(options?: Partial<SourcesOptions>, open: typeof openClient | typeof openReactClient = openClient) {
  const deployment = await deploy()
  const { id, writer } = await deployment.create()
  const tabs: (() => Promise<void>)[] = []

  function openTab(own?: Partial<SourcesOptions & StreamClientOptions>) {
    const convex = open(deployment.url)
    const { streamUrl } = deployment
    const sources = convexSources(convex, { getStreamBody, streamUrl, ...options, ...own })
    const stream = createStreamClient({ retry: { minMs: 50, maxMs: 400 }, ...sources }).stream(id)
    const states: StreamState[] = []
    const unlisten = stream.$state.listen((state) => states.push(state))
    const detaches: (() => void)[] = []
    tabs.push(async () => {
      unlisten()
      for (const detach of detaches) detach()
      await convex.close()
    })
    return {
      stream,
      states,
      attach: (driven: boolean) => detaches.push(stream.attach({ start: driven })),
      leave: () => {
        for (const detach of detaches) detach()
      },
      shows: (state: object) => vi.waitFor(() => expect(stream.$state.get()).toMatchObject(state), patience),
    }
  }

  onTestFinished(async () => {
    for (const close of tabs) await close()
    await deployment.close()
  })
  return { deployment, id, writer, openTab }
}

const unsubscribed = (deployment: Deployment) => vi.waitFor(() => expect(deployment.subscribed()).toEqual([]), patience)

describe.each([
  ['ConvexClient', openClient],
  ['ConvexReactClient', openReactClient],
] as const)('with a %s', (_name, open) => {
  it('does not subscribe to the query while the live stream is healthy, subscribes at the end, and unsubscribes', async () => {
    const { deployment, writer, openTab } = await setup({}, open)
    const tab = openTab()
    tab.attach(true)
    for (const word of ['One. ', 'Two. ', 'three']) await writer.write(word)
    await tab.shows({ text: 'One. Two. three', connection: 'live' })
    expect(deployment.asked).toBe(0)
    await writer.finish()
    await tab.shows({ text: 'One. Two. three', status: 'done', connection: 'closed' })
    expect(deployment.asked).toBe(1)
    await unsubscribed(deployment)
    expect(deployment.drives).toHaveLength(1)
  })

  it('reports a lost socket, and the next one', async () => {
    const { deployment, writer, openTab } = await setup({}, open)
    const [driver, follower] = [openTab(), openTab()]
    driver.attach(true)
    await writer.write('One. ')
    follower.attach(false)
    await follower.shows({ text: 'One. ', connection: 'live' })
    deployment.cutSockets()
    await follower.shows({ text: 'One. ', connection: 'waiting' })
    await writer.write('Two. ')
    await follower.shows({ text: 'One. Two. ', connection: 'live' })
    await writer.finish()
    await follower.shows({ status: 'done', connection: 'closed' })
  })

  it('retries a deleted stream a bounded number of times, then has failed, with its text', async () => {
    const { deployment, writer, openTab } = await setup({}, open)
    const [driver, tab] = [openTab(), openTab()]
    driver.attach(true)
    await writer.write('One. ')
    tab.attach(false)
    await tab.shows({ text: 'One. ' })
    const before = deployment.asked
    await deployment.clear()
    await tab.shows({ text: 'One. ', connection: 'failed', error: { code: 'not-found' } })
    expect(deployment.asked - before).toBe(3)
    expect(tab.states.map(({ retrying }) => retrying?.error.code)).toContain('server')
    await unsubscribed(deployment)
    tab.stream.retry()
    await vi.waitFor(() => expect(deployment.asked - before).toBe(7), patience)
    await tab.shows({ connection: 'failed', error: { code: 'not-found' } })
  })

  it('shows at once a result that is loaded for another component', async () => {
    const { deployment, writer, openTab } = await setup({}, open)
    const driver = openTab()
    driver.attach(true)
    await writer.write('One. ')
    const convex = open(deployment.url)
    const { streamUrl } = deployment
    const follow = async () => {
      const client = createStreamClient(convexSources(convex, { getStreamBody, streamUrl }))
      const stream = client.stream(driver.stream.id)
      const detach = stream.attach()
      await vi.waitFor(() => expect(stream.$state.get().text).toBe('One. '), patience)
      return detach
    }
    const detaches = [await follow(), await follow()]
    expect(deployment.asked).toBe(1)
    for (const detach of detaches) detach()
    await convex.close()
  })
})

describe('a drive', () => {
  it('is the component’s POST', async () => {
    const { deployment, id, openTab } = await setup({ authToken: 'secret', headers: { 'x-app': 'chat' } })
    openTab().attach(true)
    await deployment.hasDriven(1)
    expect(deployment.drives[0]).toMatchObject({
      authorization: 'Bearer secret',
      headers: { 'content-type': 'application/json', 'x-app': 'chat' },
    })
    expect(JSON.parse(String(deployment.drives[0]?.body))).toEqual({ streamId: id })
  })

  it('goes without `Authorization` when there is no token', async () => {
    const { deployment, openTab } = await setup({ authToken: null })
    openTab().attach(true)
    await deployment.hasDriven(1)
    expect(deployment.drives[0]?.authorization).toBeUndefined()
  })

  it('requests another token once after a 401, and streams', async () => {
    const authToken = vi.fn(({ isRefresh }: { isRefresh: boolean }) => (isRefresh ? 'new' : 'old'))
    const { deployment, writer, openTab } = await setup({ authToken })
    deployment.refuse(401)
    authToken.mockImplementation(({ isRefresh }) => {
      if (isRefresh) deployment.refuse(undefined)
      return isRefresh ? 'new' : 'old'
    })
    const tab = openTab()
    tab.attach(true)
    await writer.write('One. ')
    await tab.shows({ text: 'One. ', connection: 'live', retrying: undefined })
    expect(deployment.drives.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new'])
  })

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [429, 'rate-limited'],
    [500, 'server'],
  ])('that is refused with %d follows, shows why, and is repeated by a person alone', async (status, code) => {
    const { deployment, writer, openTab } = await setup()
    deployment.refuse(status)
    const tab = openTab()
    tab.attach(true)
    await deployment.hasPushed()
    await tab.shows({ text: '', status: 'pending', connection: 'live', retrying: { error: { code } } })
    expect(deployment.drives).toHaveLength(1)
    deployment.refuse(undefined)
    tab.stream.retry()
    await writer.write('One. ')
    await tab.shows({ text: 'One. ', retrying: undefined })
    expect(deployment.drives).toHaveLength(2)
    expect(writer.runs).toBe(1)
  })

  it.each(['text/event-stream', 'application/json', 'text/html'])(
    'reads raw text that is labelled %s',
    async (type) => {
      const { writer, openTab } = await setup({
        async fetch(url, init) {
          const response = await fetch(url, init)
          return new Response(response.body, { status: response.status, headers: { 'content-type': type } })
        },
      })
      const tab = openTab()
      tab.attach(true)
      await writer.write('data: One. ')
      await tab.shows({ text: 'data: One. ', connection: 'live' })
    },
  )

  it('is sent once for all components, and not again by one that comes later', async () => {
    const { deployment, writer, openTab } = await setup()
    const tab = openTab()
    for (let count = 0; count < 5; count++) tab.attach(true)
    await writer.write('One. ')
    await tab.shows({ text: 'One. ' })
    tab.attach(true)
    await writer.finish()
    await tab.shows({ status: 'done' })
    expect(deployment.drives).toHaveLength(1)
  })

  it('is not sent when its component leaves in the same tick', async () => {
    const { deployment, writer, openTab } = await setup()
    const [early, late] = [openTab(), openTab()]
    early.attach(true)
    early.leave()
    late.attach(true)
    await writer.write('One. ')
    await late.shows({ text: 'One. ' })
    expect(deployment.drives).toHaveLength(1)
    expect(deployment.asked).toBe(0)
  })
})

describe('the query', () => {
  const request = { id: 'a', offset: 0, signal: new AbortController().signal }
  const sinkOf = () => ({ next: vi.fn(), fail: vi.fn(), lost: vi.fn(), connection: vi.fn() })

  function pushing() {
    let onBody: (body: unknown) => void = () => {}
    let onError: (error: Error) => void = () => {}
    const unsubscribe = vi.fn()
    const convex = {
      onUpdate(_query: unknown, _args: unknown, body: typeof onBody, error: typeof onError) {
        onBody = body
        onError = error
        return unsubscribe
      },
    }
    const { snapshot } = convexSources(convex as never, { getStreamBody, streamUrl: 'https://a.convex.site/b' })
    return { snapshot, unsubscribe, push: (body: unknown) => onBody(body), fail: (error: Error) => onError(error) }
  }

  it('that returns nothing shows nothing yet', () => {
    const { snapshot, push } = pushing()
    const sink = sinkOf()
    snapshot.subscribe(request, sink)
    push(null)
    expect(sink.next).toHaveBeenCalledWith({ offset: 0, text: '', status: 'pending' })
  })

  it('brings its text and its status, and nothing else that an app may add', () => {
    const { snapshot, push } = pushing()
    const sink = sinkOf()
    snapshot.subscribe(request, sink)
    push({ text: 'One', status: 'streaming', epoch: 7, offset: 3 })
    expect(sink.next).toHaveBeenCalledWith({ offset: 0, text: 'One', status: 'streaming' })
  })

  it('throws no error into the Convex client, for any result', () => {
    const { snapshot, push } = pushing()
    const sink = sinkOf()
    const error = new Error('no such status')
    sink.next.mockImplementation(() => {
      throw error
    })
    snapshot.subscribe(request, sink)
    push({ text: '', status: 'unheard of' })
    expect(sink.lost).toHaveBeenCalledWith(expect.objectContaining({ code: 'server', cause: error }))
  })

  it('is silent after it was unsubscribed', () => {
    const { snapshot, push, fail, unsubscribe } = pushing()
    const sink = sinkOf()
    snapshot.subscribe(request, sink)()
    expect(unsubscribe).toHaveBeenCalledOnce()
    push({ text: 'One', status: 'streaming' })
    fail(new Error('too late'))
    expect(sink.next).not.toHaveBeenCalled()
    expect(sink.lost).not.toHaveBeenCalled()
  })

  it('counts failures in a row: any result starts again', () => {
    const { snapshot, push, fail } = pushing()
    const codes: string[] = []
    const sink = { ...sinkOf(), lost: (error: unknown) => void codes.push((error as { code: string }).code) }
    for (const isAnswered of [false, false, true, false, false, false, false]) {
      const unsubscribe = snapshot.subscribe(request, sink)
      if (isAnswered) push({ offset: 0, text: '', status: 'pending' })
      fail(new Error('[Request ID: a] Server Error'))
      fail(new Error('twice'))
      unsubscribe()
    }
    expect(codes).toEqual([...Array(5).fill('server'), 'not-found', 'server'])
  })
})

it('refuses options that cannot work, and says what they need', () => {
  const convex = openClient('http://127.0.0.1:1')
  const streamUrl = 'https://happy-animal-123.convex.site/chat-stream'
  expect(() => convexSources({} as never, { getStreamBody, streamUrl })).toThrow('ConvexClient')
  expect(() => convexSources(convex, { streamUrl } as never)).toThrow('getStreamBody')
  expect(() => convexSources(convex, { getStreamBody } as never)).toThrow('streamUrl')
  return convex.close()
})

import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  createStreamClient,
  type Environment,
  initialStreamState,
  keepstream,
  type StreamClient,
} from '@keepstream/core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { buildServer, frameworks } from './build-pages'
import { checkValue } from './pages/letters'
import type { PageData, PageProps, RenderPage, ServerModule, ShownReply } from './pages/page-types'
import { shownIn } from './shown-in'

/** The renderers by name, so that each gets its own tests. Another test checks that none is missing. */
const renderers = {
  react: ['renderToString', 'renderToStaticMarkup', 'renderToPipeableStream', 'renderToReadableStream'],
  vue: ['renderToString', 'pipeToNodeWritable', 'renderToWebStream'],
  svelte: ['render', 'await render'],
  solid: ['renderToString', 'renderToStringAsync', 'renderToStream'],
} as const

/** These renderers do not wait for late code, and show a fallback in its place. */
const withoutLate = /^(renderToString|renderToStaticMarkup)$/

const secret = 'the answer for the first visitor'

describe.each(frameworks)('rendered on a server, %s', (framework) => {
  let server: ServerModule
  beforeAll(async () => {
    server = await buildServer(framework)
  })

  it('every renderer of its page is tested', () => {
    expect(Object.keys(server.renderers)).toEqual(renderers[framework])
  })

  describe.each(renderers[framework])('%s', (name) => {
    const render: RenderPage = (props) => (server.renderers[name] as RenderPage)(props)

    it.each([
      '<b>5 > 4 & "so"</b>',
      "it's </script><script>alert(1)</script>",
      '&lt;b&gt; &amp;',
      '<!-- & -->',
      '😀 שלום',
    ])('a page contains the initial text, escaped: %s', async (text) => {
      const initial = { text, status: 'streaming' } as const
      expect(await show(render, openClient(), { id: 'a', initial })).toEqual([shown(initial)])
    })

    it.each(['pending', 'streaming', 'done', 'error', 'timeout', 'stopped'] as const)(
      'a page shows the status of `initial`: %s',
      async (status) => {
        const initial = { text: 'so far', status }
        expect(await show(render, openClient(), { id: 'a', initial })).toEqual([shown(initial)])
      },
    )

    it.each([undefined, { text: '', status: 'pending' }, { text: 'so far', status: 'streaming' }] as const)(
      'a page that drives sends no request, sets no timer and adds no listener, with %o',
      async (initial) => {
        const effects: unknown[][] = []
        const client = openClient(effects)
        expect(await show(render, client, { id: 'a', start: true, initial })).toEqual([shown(initial)])
        for (let turns = 0; turns < 5; turns++) await turn()
        expect(effects).toEqual([])
      },
    )

    it('a page without an id shows nothing, not even its initial text', async () => {
      const client = openClient()
      const initial = { text: secret, status: 'done' } as const
      expect(await show(render, client, { initial })).toEqual([shown()])
      expect(await show(render, client, {})).toEqual([shown()])
    })

    it('each visitor sees only their own initial text, although one client renders for all', async () => {
      const client = openClient()
      for (const text of [secret, 'the answer', 'another', '']) {
        const initial = { text, status: 'streaming' } as const
        expect(await show(render, client, { id: 'a', initial })).toEqual([shown(initial)])
      }
      expect(await show(render, client, { id: 'a' })).toEqual([shown()])
    })

    it('visitors who are served at the same time see only their own initial text', async () => {
      const client = openClient()
      const hasLate = !withoutLate.test(name) || framework === 'vue'
      let arrive = () => {}
      const arrival = new Promise<void>((resolve) => {
        arrive = resolve
      })
      const [one, other] = [secret, 'another'].map((text) => ({ text, status: 'streaming' }) as const)
      const waiting = show(render, client, { id: 'a', initial: one, hasLate }, hasLate ? arrival : undefined)
      const meanwhile = await show(render, client, { id: 'a', initial: other, hasLate })
      const without = await show(render, client, { id: 'a', hasLate })
      arrive()
      const count = hasLate ? 2 : 1
      expect(await waiting).toEqual(Array(count).fill(shown(one)))
      expect(meanwhile).toEqual(Array(count).fill(shown(other)))
      expect(without).toEqual(Array(count).fill(shown()))
    })

    it('the client keeps nothing that it rendered', async () => {
      const client = openClient()
      const initial = { text: secret, status: 'streaming' } as const
      // An attached reader holds its stream like this. It proves that the test would detect kept text.
      const held = client.stream('held', { initial })
      for (let visits = 0; visits < 3; visits++) await show(render, client, { id: 'a', initial })
      // A framework may hold its last render for some tasks longer.
      const isKept = () => client.stream('a').$state.get().text !== ''
      for (let round = 0; round < 50; round++) {
        await collectGarbage()
        if (!isKept()) break
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect(isKept()).toBe(false)
      expect(client.stream('held')).toBe(held)
      expect(client.stream('held').$state.get().text).toBe(secret)
    })
  })
})

async function show(
  render: RenderPage,
  client: StreamClient,
  data: PageData,
  arrival: PageProps['arrival'] = Promise.resolve(),
): Promise<ShownReply[]> {
  const note: PageProps['note'] = (_, reply) => {
    checkValue(reply)
    return reply.text
  }
  return shownIn(await render({ ...data, client, arrival, note }))
}

function shown(initial?: PageData['initial']): ShownReply {
  const { text, status, connection } = initialStreamState(initial)
  return { text, status, connection }
}

/** A client as a module of an application keeps it. Every side effect is recorded in `effects`. */
function openClient(effects: unknown[][] = []): StreamClient {
  const record = (name: string) => vi.fn((...args: unknown[]) => void effects.push([name, ...args]))
  const fetch = (...args: unknown[]) => {
    effects.push(['fetch', ...args])
    return new Promise<Response>(() => {})
  }
  const environment: Environment = {
    setTimeout: record('setTimeout'),
    clearTimeout: () => {},
    requestAnimationFrame: record('requestAnimationFrame'),
    addEventListener: record('addEventListener'),
  }
  return createStreamClient({ ...keepstream({ url: 'http://127.0.0.1/streams', fetch }), environment })
}

async function collectGarbage() {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  // A weak reference that was read keeps its target alive until the turn ends.
  for (let turns = 0; turns < 2; turns++) {
    await turn()
    collect()
  }
}

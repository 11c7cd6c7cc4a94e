import { useStream as useReactStream } from '@keepstream/convex/react'
import { ConvexContext, useStream as useSolidStream } from '@keepstream/convex/solid'
import { convexKey } from '@keepstream/convex/vue'
import type { ConvexClient } from 'convex/browser'
import { ConvexProvider } from 'convex/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { createComponent } from 'solid-js'
import { render as renderSolid } from 'solid-js/web'
import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { api } from './support/app/_generated/api'
import { openClient, openReactClient } from './support/hooks/clients'
import Place from './support/hooks/place.svelte'
import { place } from './support/hooks/vue-place'

const { getStreamBody } = api.streaming
const url = new URL('https://happy-animal-123.convex.site/chat-stream')
const id = 'a' as Parameters<typeof useReactStream>[3]

const VueProbe = place(getStreamBody, url, id)

function ReactProbe({ driven }: { driven: boolean }) {
  return createElement('p', undefined, JSON.stringify(useReactStream(getStreamBody, url, driven, id)))
}

let client: ConvexClient
const onUpdate = vi.fn(() => () => {})

beforeEach(() => {
  client = openClient('http://127.0.0.1:1')
  client.onUpdate = onUpdate as never
  onUpdate.mockClear()
})
afterEach(() => client.close())

const asked = () =>
  vi.waitFor(() =>
    expect(onUpdate).toHaveBeenCalledWith(getStreamBody, { streamId: 'a' }, expect.anything(), expect.anything()),
  )

describe('the Convex client is found', () => {
  it('in Vue, where the app provides it as `convexKey`', async () => {
    const app = createApp(VueProbe)
    app.provide(convexKey, client)
    app.mount(document.createElement('div'))
    await asked()
    app.unmount()
  })

  it('in Vue, where @convex-vue/core leaves it', async () => {
    const app = createApp(VueProbe)
    app.config.globalProperties['$convex'] = client
    app.mount(document.createElement('div'))
    await asked()
    app.unmount()
  })

  it('in Svelte, where `setConvex` puts it', async () => {
    const page = mount(Place, {
      target: document.createElement('div'),
      props: { client, streamId: id, streamUrl: url },
    })
    flushSync()
    await asked()
    await unmount(page)
  })

  it('in Solid, in the context', async () => {
    const leave = renderSolid(
      () =>
        createComponent(ConvexContext.Provider, {
          value: client,
          get children() {
            return createComponent(() => useSolidStream(getStreamBody, url, false, id).text, {})
          },
        }),
      document.createElement('div'),
    )
    await asked()
    leave()
  })
})

describe('without a Convex client the error names what is missing', () => {
  it('in React', () => {
    expect(() => renderToString(createElement(ReactProbe, { driven: false }))).toThrow('<ConvexProvider>')
  })

  it('in Vue', () => {
    const app = createApp(VueProbe)
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(() => app.mount(document.createElement('div'))).toThrow('convexKey')
    warn.mockRestore()
  })

  it('in Svelte', () => {
    const props = { client: undefined, streamId: id, streamUrl: url }
    expect(() => mount(Place, { target: document.createElement('div'), props })).toThrow('setConvex')
  })

  it('in Solid', () => {
    const render = () => createComponent(() => useSolidStream(getStreamBody, url, false, id).text, {})
    expect(() => renderSolid(render, document.createElement('div'))).toThrow('ConvexContext')
  })
})

it('renders on a server as the component’s hook does, and sends no request', async () => {
  const convex = openReactClient('http://127.0.0.1:1')
  const watchQuery = vi.spyOn(convex, 'watchQuery')
  const fetch = vi.spyOn(globalThis, 'fetch')
  const html = renderToString(
    createElement(ConvexProvider, { client: convex }, createElement(ReactProbe, { driven: true })),
  )
  expect(html.replaceAll('&quot;', '"')).toBe('<p>{"text":"","status":"pending"}</p>')
  expect(watchQuery).not.toHaveBeenCalled()
  expect(fetch).not.toHaveBeenCalled()
  await convex.close()
})

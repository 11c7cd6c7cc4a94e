import { createStreamClient, keepstream, type Snapshot } from '@keepstream/react'
import { cleanup, render } from '@testing-library/react'
import { type ComponentType, lazy, Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { stopTime } from './support/fake-time'
import { expectGrowing, happens, modes, Probe, type ProbeProps, watchStream } from './support/watch-stream'

let server: FakeServer

stopTime()
beforeEach(() => {
  server = createFakeServer()
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const openPage = () => createStreamClient(keepstream({ url: '/streams', fetch: server.fetch }))

/** What the server sent, in the document. */
function received(html: string): HTMLElement {
  const container = document.createElement('div')
  container.innerHTML = html
  document.body.append(container)
  return container
}

describe.each(modes)('a page that was rendered on a server, $mode', ({ Mode }) => {
  it('holds the initial text, escaped, and costs no request and no timer', async () => {
    const initial: Snapshot = { text: '<b>5 > 4 & "so"</b>', status: 'streaming' }
    const html = renderToString(
      <Mode>
        <Probe client={openPage()} id="a" driven initial={initial} onRender={() => {}} />
      </Mode>,
    )
    expect(html).toBe('<output>&lt;b&gt;5 &gt; 4 &amp; &quot;so&quot;&lt;/b&gt;</output>')
    await happens()
    expect(server.requests).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('shows each visitor their own initial text, though the server keeps one client for all', () => {
    const client = openPage()
    const texts = ['from this morning', 'from this', ''].map((text) =>
      renderToString(<Probe client={client} id="a" initial={{ text, status: 'streaming' }} onRender={() => {}} />),
    )
    expect(texts).toEqual(['<output>from this morning</output>', '<output>from this</output>', '<output></output>'])
  })

  it('hydrates without a mismatch and reads on from the initial text', async () => {
    const complaints = vi.spyOn(console, 'error')
    const onRecoverableError = vi.fn()
    const initial: Snapshot = { text: 'one ', status: 'streaming' }
    server.stream('a').write('one two')
    const page = (client = openPage(), results: string[] = []) => (
      <Mode>
        <Probe client={client} id="a" driven initial={initial} onRender={({ text }) => results.push(text)} />
      </Mode>
    )
    const container = received(renderToString(page()))
    const output = container.firstChild
    const texts: string[] = []
    render(page(openPage(), texts), { container, hydrate: true, onRecoverableError })
    expect(texts[0]).toBe('one ')
    await happens()
    await happens(() => server.stream('a').close())
    expect(container.textContent).toBe('one two')
    expect(container.firstChild).toBe(output)
    expect(new Set(texts)).toEqual(new Set(['one ', 'one two']))
    expect(server.requests).toMatchObject([{ kind: 'follow', offset: 4 }])
    expect(complaints).not.toHaveBeenCalled()
    expect(onRecoverableError).not.toHaveBeenCalled()
  })

  it('hydrates a boundary late without a mismatch, though the stream has moved on meanwhile', async () => {
    const complaints = vi.spyOn(console, 'error')
    const onRecoverableError = vi.fn()
    const client = openPage()
    const initial: Snapshot = { text: 'one ', status: 'streaming' }
    const page = (Late: ComponentType<ProbeProps>, results: string[] = []) => (
      <Mode>
        <Suspense fallback="not yet">
          <Late client={client} id="a" initial={initial} onRender={({ text }) => results.push(text)} />
        </Suspense>
      </Mode>
    )
    server.stream('a').write('one ')
    const container = received(renderToString(page(Probe)))
    const output = container.querySelector('output')
    expect(output?.textContent).toBe('one ')

    let arrive: (code: { default: ComponentType<ProbeProps> }) => void = () => {}
    const Late = lazy(
      () =>
        new Promise<{ default: ComponentType<ProbeProps> }>((resolve) => {
          arrive = resolve
        }),
    )
    const texts: string[] = []
    render(page(Late, texts), { container, hydrate: true, onRecoverableError })
    const elsewhere = watchStream({ client, id: 'a', initial }, Mode)
    await happens()
    await happens(() => server.stream('a').write('two '))
    await happens(() => server.stream('a').close())
    expect(elsewhere.last).toMatchObject({ text: 'one two ', status: 'done' })
    expect(texts).toEqual([])
    expect(container.textContent).toBe('one ')

    await happens(() => arrive({ default: Probe }))
    expect(texts[0]).toBe('one ')
    expect(texts.at(-1)).toBe('one two ')
    expect(container.textContent).toBe('one two ')
    expect(container.querySelector('output')).toBe(output)
    expectGrowing(elsewhere.results, 'one two ')
    expect(complaints).not.toHaveBeenCalled()
    expect(onRecoverableError).not.toHaveBeenCalled()
  })

  it('hydrates without a mismatch while there is no id, and then shows the stream', async () => {
    const complaints = vi.spyOn(console, 'error')
    const initial: Snapshot = { text: 'of no stream', status: 'done' }
    const client = openPage()
    const page = (id: string | undefined) => (
      <Mode>
        <Probe client={client} id={id} initial={initial} onRender={() => {}} />
      </Mode>
    )
    const container = received(renderToString(page(undefined)))
    expect(container.textContent).toBe('')
    const { rerender } = render(page(undefined), { container, hydrate: true })
    await happens()
    expect(container.textContent).toBe('')
    rerender(page('a'))
    expect(container.textContent).toBe('of no stream')
    expect(complaints).not.toHaveBeenCalled()
  })
})

import type { Initial } from '@keepstream/react'
import { type ComponentType, lazy, Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ProbeProps } from '../../../tests/bindings/driver'
import { createKit, expectGrowing } from '../../../tests/bindings/kit'
import { Probe } from '../../../tests/bindings/react/driver'
import { stopTime } from '../../../tests/bindings/support/fake-time'
import { modes } from './support/modes'
import { hydratePage } from './support/render-page'

stopTime()
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(modes)('a page that was rendered on a server, $mode', ({ Mode, driver }) => {
  it('shows each visitor their own initial text, though the server keeps one client for all', () => {
    const client = createKit(driver).open()
    const texts = ['from this morning', 'from this', ''].map((text) =>
      renderToString(
        <Probe client={client} id="a" initial={{ text, status: 'streaming' }} name="a" onRender={() => {}} />,
      ),
    )
    const html = (text: string) => `<output name="a">${text}</output>`
    expect(texts).toEqual([html('from this morning'), html('from this'), html('')])
  })

  it('hydrates without a mismatch and reads on from the initial text', async () => {
    const { server, open, happens, requested } = createKit(driver)
    const complaints = vi.spyOn(console, 'error')
    const onRecoverableError = vi.fn()
    const initial: Initial = { text: 'one ', status: 'streaming', origin: { epoch: 1, base: 0 } }
    server.stream('a').write('one two')
    const page = (results: string[]) => (
      <Mode>
        <Probe client={open()} id="a" start initial={initial} name="a" onRender={({ text }) => results.push(text)} />
      </Mode>
    )
    const texts: string[] = []
    const { container, element } = hydratePage(renderToString(page([])), page(texts), { onRecoverableError })
    await happens()
    expect(texts[0]).toBe('one ')
    await happens(() => server.stream('a').close())
    expect(container.textContent).toBe('one two')
    expect(container.querySelector('output')).toBe(element)
    expect(new Set(texts)).toEqual(new Set(['one ', 'one two']))
    expect(requested()).toEqual(['drive a 4'])
    expect(complaints).not.toHaveBeenCalled()
    expect(onRecoverableError).not.toHaveBeenCalled()
  })

  it('hydrates a boundary late without a mismatch, though the stream has moved on meanwhile', async () => {
    const { server, open, mount, happens } = createKit(driver)
    const complaints = vi.spyOn(console, 'error')
    const onRecoverableError = vi.fn()
    const client = open()
    const initial: Initial = { text: 'one ', status: 'streaming', origin: { epoch: 1, base: 0 } }
    const page = (Late: ComponentType<ProbeProps>, results: string[]) => (
      <Mode>
        <Suspense fallback="not yet">
          <Late client={client} id="a" initial={initial} name="a" onRender={({ text }) => results.push(text)} />
        </Suspense>
      </Mode>
    )
    server.stream('a').write('one ')
    let arrive: (code: { default: ComponentType<ProbeProps> }) => void = () => {}
    const code = new Promise<{ default: ComponentType<ProbeProps> }>((resolve) => {
      arrive = resolve
    })
    const texts: string[] = []
    const html = renderToString(page(Probe, []))
    const { container, element } = hydratePage(
      html,
      page(
        lazy(() => code),
        texts,
      ),
      { onRecoverableError },
    )
    const elsewhere = mount({ client, id: 'a', initial })
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
    expect(container.querySelector('output')).toBe(element)
    expectGrowing(elsewhere.results, 'one two ')
    expect(complaints).not.toHaveBeenCalled()
    expect(onRecoverableError).not.toHaveBeenCalled()
  })

  it('hydrates without a mismatch while there is no id, and then shows the stream', async () => {
    const { open, happens } = createKit(driver)
    const complaints = vi.spyOn(console, 'error')
    const client = open()
    const initial: Initial = { text: 'of no stream', status: 'done' }
    const page = (id: string | undefined) => (
      <Mode>
        <Probe client={client} id={id} initial={initial} name="a" onRender={() => {}} />
      </Mode>
    )
    const html = renderToString(page(undefined))
    expect(html).toBe('<output name="a"></output>')
    const { container, render } = hydratePage(html, page(undefined))
    await happens()
    expect(container.textContent).toBe('')
    render(page('a'))
    expect(container.textContent).toBe('of no stream')
    expect(complaints).not.toHaveBeenCalled()
  })
})

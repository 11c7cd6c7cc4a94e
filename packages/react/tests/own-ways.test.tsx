import { useStream } from '@keepstream/react'
import { type ReactNode, startTransition, useLayoutEffect, useRef, useState } from 'react'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ProbeProps } from '../../../tests/bindings/driver'
import { createKit } from '../../../tests/bindings/kit'
import { Probe } from '../../../tests/bindings/react/driver'
import { paint, stopTime } from '../../../tests/bindings/support/fake-time'
import { modes } from './support/modes'
import { renderPage } from './support/render-page'

stopTime()

describe.each(modes)('a component, $mode', ({ Mode, driver }) => {
  it('takes another client with another id, and starts from nothing in the same render', async () => {
    const { server, open, mount, happens } = createKit(driver)
    const page = mount({ client: open(), id: 'a', start: true })
    await happens()
    await happens(() => server.stream('a').write('text'))
    const count = page.results.length
    const other = open()
    const stream = vi.spyOn(other, 'stream')
    page.apply({ client: other, id: 'b' })
    expect(page.results[count]?.text).toBe('')
    expect(stream).toHaveBeenCalled()
    await happens(() => server.stream('b').write('other'))
    await happens(() => server.stream('b').close())
    expect(page.last).toMatchObject({ text: 'other', status: 'done' })
  })

  it('changes its id in a transition without a mix of the two texts', async () => {
    const { server, open, happens } = createKit(driver)
    const client = open()
    const seen: string[] = []
    let change: (id: string) => void = () => {}
    renderPage(
      <Mode>
        <Switching
          client={client}
          onRender={({ id, text }) => seen.push(`${id}: ${text}`)}
          onChange={(set) => {
            change = set
          }}
        />
      </Mode>,
    )
    await happens()
    await happens(() => server.stream('a').write('A'))
    await happens(() => {
      change('b')
      server.stream('a').write('A')
    })
    await happens(() => server.stream('b').write('B'))
    expect(seen.at(-1)).toBe('b: B')
    for (const one of seen) expect(one).toMatch(/^(a: A*|b: B*)$/)
    await happens(paint)
    await happens(() => change('a'))
    expect(seen.at(-1)).toBe('a: AA')
  })

  it('never shows two texts in one commit, although more text arrives between two renders of it', async () => {
    const { server, open, happens } = createKit(driver)
    const client = open()
    onTestFinished(client.stream('a').attach({ start: true }))
    await happens()
    await happens(() => server.stream('a').write('one'))
    await happens(paint)
    await happens(() => server.stream('a').write(' two'))
    const commits: string[][] = []
    const render = renderPage(<Mode />)
    const page = (
      <Mode>
        <Commits onCommit={(texts) => commits.push(texts)}>
          <Reply client={client} />
          <Paints />
          <Reply client={client} />
        </Commits>
      </Mode>
    )
    await happens(() => render.inTransition(page))
    expect(commits.length).toBeGreaterThan(0)
    for (const [first, second] of commits) expect(second).toBe(first)
    expect(commits.at(-1)?.[0]).toBe('one two')
  })
})

/** Reports what each commit puts on the screen. */
function Commits({ onCommit, children }: { onCommit(texts: string[]): void; children: ReactNode }) {
  const place = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    onCommit([...(place.current?.querySelectorAll('output') ?? [])].map((output) => output.innerHTML))
  })
  return <main ref={place}>{children}</main>
}

function Reply({ client }: Pick<ProbeProps, 'client'>) {
  return <output>{useStream('a', { client }).text}</output>
}

/** Takes so long to render that the page paints, and shows the text that has arrived. */
function Paints() {
  paint()
  return null
}

interface SwitchingProps extends Pick<ProbeProps, 'client' | 'onRender'> {
  readonly onChange: (set: (id: string) => void) => void
}

function Switching({ client, onRender, onChange }: SwitchingProps) {
  const [id, setId] = useState('a')
  onChange((id) => startTransition(() => setId(id)))
  return <Probe client={client} id={id} start name="reply" onRender={onRender} />
}

import { type StreamClient, type UseStreamResult, useStream } from '@keepstream/react'
import { useStore } from '@nanostores/react'
import { computed } from 'nanostores'
import { useMemo } from 'react'
import { describe, expect, it } from 'vitest'
import { createKit } from '../../../tests/bindings/kit'
import { paint, stopTime } from '../../../tests/bindings/support/fake-time'
import { modes } from './support/modes'
import { renderPage } from './support/render-page'

stopTime()

describe.each(modes)('a component that renders again, $mode', ({ Mode, driver }) => {
  it('gets the same result, and the same actions, while nothing changes', async () => {
    const { server, open, happens } = createKit(driver)
    const client = open()
    const results: UseStreamResult[] = []
    const last = () => results.at(-1)
    const page = () => (
      <Mode>
        <Reply client={client} onRender={(result) => results.push(result)} />
      </Mode>
    )
    const rerender = renderPage(page())
    await happens()
    await happens(() => server.stream('a').write('text '))
    await happens(paint)
    const before = last()
    const { length } = results
    expect(before).toMatchObject({ text: 'text ', status: 'streaming' })
    await happens(() => rerender(page()))
    expect(results.length).toBeGreaterThan(length)
    expect(last()).toBe(before)
    await happens(() => server.stream('a').ping())
    expect(last()).toBe(before)

    await happens(() => server.stream('a').write('more'))
    await happens(paint)
    expect(last()).not.toBe(before)
    expect(last()?.text).toBe('text more')
    expect(last()?.stop).toBe(before?.stop)
    expect(last()?.retry).toBe(before?.retry)
  })
})

describe.each(modes)('a component that reads some of the fields, $mode', ({ Mode, driver }) => {
  it('renders when they change, and not for other fields', async () => {
    const { server, open, happens } = createKit(driver)
    const client = open()
    const shown: string[] = []
    const page = () => (
      <Mode>
        <StatusOf client={client} onRender={(status) => shown.push(status)} />
      </Mode>
    )
    const rerender = renderPage(page())
    await happens()
    await happens(() => server.stream('a').write('text '))
    await happens(paint)
    const { length } = shown
    for (const word of ['one ', 'two ', 'three ']) {
      await happens(() => server.stream('a').write(word))
      await happens(paint)
    }
    expect(shown).toHaveLength(length)
    await happens(() => rerender(page()))
    await happens(() => server.stream('a').close())
    expect(shown.slice(length).at(0)).toBe('streaming')
    expect(shown.at(-1)).toBe('done')
  })

  it('reads in a callback what a field is by then, although it did not render for it', async () => {
    const { server, open, happens } = createKit(driver)
    const client = open()
    const results: UseStreamResult[] = []
    renderPage(
      <Mode>
        <StatusOf client={client} onRender={() => {}} onResult={(result) => results.push(result)} />
      </Mode>,
    )
    await happens()
    for (const word of ['one ', 'two ']) {
      await happens(() => server.stream('a').write(word))
      await happens(paint)
    }
    const last = results.at(-1) as UseStreamResult
    expect(last.text).toBe('one two ')
    expect(last.text).toBe('one two ')
    await happens(() => server.stream('a').write('three'))
    await happens(paint)
    expect(results.at(-1)?.text).toBe('one two three')
  })

  it('renders for a field that it began to read later, and shows what that is by then', async () => {
    const { server, open, happens } = createKit(driver)
    const client = open()
    const shown: string[] = []
    const page = (isOpen: boolean) => (
      <Mode>
        <Folded client={client} isOpen={isOpen} onRender={(text) => shown.push(text)} />
      </Mode>
    )
    const rerender = renderPage(page(false))
    await happens()
    for (const word of ['one ', 'two ']) {
      await happens(() => server.stream('a').write(word))
      await happens(paint)
    }
    await happens(() => rerender(page(true)))
    expect(shown.at(-1)).toBe('one two ')
    await happens(() => server.stream('a').write('three'))
    await happens(paint)
    expect(shown.at(-1)).toBe('one two three')
  })
})

interface StatusOfProps {
  readonly client: StreamClient
  onRender(status: string): void
  onResult?(result: UseStreamResult): void
}

function StatusOf({ client, onRender, onResult }: StatusOfProps) {
  const result = useStream('a', { client, start: true })
  const { status } = result
  onRender(status)
  onResult?.(result)
  return <small>{status}</small>
}

function Folded({ isOpen, ...props }: { client: StreamClient; isOpen: boolean; onRender(text: string): void }) {
  const reply = useStream('a', { client: props.client, start: true })
  const text = isOpen ? reply.text : reply.status
  props.onRender(text)
  return <p>{text}</p>
}

describe.each(modes)('the atom of a stream, $mode', ({ Mode, driver }) => {
  it('is shown by useStore of @nanostores/react, field by field', async () => {
    const { server, open, happens } = createKit(driver)
    const client = open()
    const shown: string[] = []
    renderPage(
      <Mode>
        <Reply client={client} onRender={() => {}} />
        <Status client={client} onRender={(status) => shown.push(status)} />
      </Mode>,
    )
    await happens()
    await happens(() => server.stream('a').write('text '))
    await happens(paint)
    expect(shown.at(-1)).toBe('streaming')
    const { length } = shown
    await happens(() => server.stream('a').write('more'))
    await happens(paint)
    expect(shown).toHaveLength(length)
    await happens(() => server.stream('a').close())
    expect(shown.at(-1)).toBe('done')
  })
})

function Status({ client, onRender }: { client: StreamClient; onRender(status: string): void }) {
  const $status = useMemo(() => computed(client.stream('a').$state, ({ status }) => status), [client])
  const status = useStore($status)
  onRender(status)
  return <small>{status}</small>
}

/** Its options are new on each render. */
function Reply({ client, onRender }: { client: StreamClient; onRender: (result: UseStreamResult) => void }) {
  const result = useStream('a', { client, start: true, initial: { text: '', status: 'pending' } })
  onRender(result)
  return <output>{result.text}</output>
}

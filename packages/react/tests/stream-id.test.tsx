import { createStreamClient, keepstream } from '@keepstream/react'
import { act, cleanup, render } from '@testing-library/react'
import { startTransition, useState } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { paint, pass, stopTime } from './support/fake-time'
import { expectGrowing, happens, modes, Probe, type WatchedProps, watchStream } from './support/watch-stream'

let server: FakeServer

stopTime()
beforeEach(() => {
  server = createFakeServer()
})
afterEach(cleanup)

const openPage = () => createStreamClient(keepstream({ url: '/streams', fetch: server.fetch }))
const asked = () => server.requests.map(({ kind, id, offset }) => `${kind} ${id} ${offset}`)
/** Longer than a stream is read on for after its last reader has left. */
const GRACE_MS = 1500

describe.each(modes)('the id of a stream, $mode', ({ Mode }) => {
  it('starts from nothing in the same render when it changes', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('text of a'))
    const count = page.results.length
    await happens(() => page.show({ id: 'b' }))
    const first = page.results[count]
    expect(first).toMatchObject({ text: '', status: 'pending', error: undefined, isCaughtUp: false })
    await happens(() => server.stream('b').write('b'))
    await happens(() => server.stream('a').write(', which goes on'))
    await happens(paint)
    expect(page.last.text).toBe('b')
    expectGrowing(page.results.slice(count), 'b')
    expect(asked()).toEqual(['drive a 0', 'drive b 0'])
  })

  it('starts from nothing when it is the client that changes', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('text'))
    const count = page.results.length
    page.show({ client: openPage() })
    expect(page.results[count]?.text).toBe('')
    await happens(() => server.stream('a').close())
    expect(page.last).toMatchObject({ text: 'text', status: 'done' })
  })

  it('shows nothing and asks for nothing until there is one', async () => {
    const client = openPage()
    const page = watchStream({ client, id: undefined, driven: true }, Mode)
    await happens(() => pass(GRACE_MS))
    expect(page.last).toMatchObject({ text: '', status: 'pending', connection: 'idle', error: undefined })
    await expect(page.last.stop()).rejects.toMatchObject({ code: 'no-stream' })
    page.last.retry()
    await happens()
    expect(server.requests).toEqual([])

    await happens(() => page.show({ id: 'a' }))
    await happens(() => server.stream('a').write('now'))
    expect(page.screen).toBe('now')
    await happens(() => page.show({ id: undefined }))
    expect(page.last).toMatchObject({ text: '', status: 'pending', connection: 'idle' })
    expect(asked()).toEqual(['drive a 0'])
  })

  it('shows no initial text of any other component while there is none', async () => {
    const client = openPage()
    const initial = { text: 'for whatever comes', status: 'done' } as const
    const one = watchStream({ client, id: undefined, initial }, Mode)
    const other = watchStream({ client, id: undefined }, Mode)
    await happens()
    expect(one.screen).toBe('')
    expect(other.screen).toBe('')
  })

  it('keeps the text of one that is come back to while it is still read, and asks for nothing', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('one '))
    await happens(() => page.show({ id: 'b' }))
    await happens(() => server.stream('a').write('two '))
    await happens(paint)
    const count = page.results.length
    await happens(() => page.show({ id: 'a' }))
    expect(page.results[count]?.text).toBe('one two ')
    await happens(() => server.stream('a').close())
    expect(page.last).toMatchObject({ text: 'one two ', status: 'done' })
    expect(asked()).toEqual(['drive a 0', 'drive b 0'])
  })

  it('reads on from there when it is come back to later, and drives nothing twice', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('one '))
    await happens(() => page.show({ id: 'b' }))
    await happens(() => pass(GRACE_MS))
    await happens(() => server.stream('a').write('two '))
    const count = page.results.length
    await happens(() => page.show({ id: 'a' }))
    expect(page.results[count]).toMatchObject({ text: 'one ', status: 'streaming' })
    await happens(() => server.stream('a').close())
    expect(page.last).toMatchObject({ text: 'one two ', status: 'done' })
    expectGrowing(page.results.slice(count), 'one two ')
    expect(asked()).toEqual(['drive a 0', 'drive b 0', 'follow a 4'])
  })

  it('is one stream for a follower and a driver that comes later', async () => {
    const client = openPage()
    const follower = watchStream({ client, id: 'a' }, Mode)
    await happens()
    expect(server.stream('a').runs).toBe(0)
    const driver = watchStream({ client, id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('shared'))
    await happens(() => driver.unmount())
    await happens(() => server.stream('a').write(' on'))
    await happens(() => server.stream('a').close())
    expect(follower.last).toMatchObject({ text: 'shared on', status: 'done' })
    expect(asked()).toEqual(['follow a 0', 'drive a 0'])
    expect(server.open).toBe(0)
  })

  it('is driven once for a follower and drivers that mount together, in either order', async () => {
    for (const [id, flags] of [
      ['a', [false, true, true]],
      ['b', [true, false, true]],
    ] as const) {
      const client = openPage()
      const pages = flags.map((driven) => watchStream({ client, id, driven }, Mode))
      await happens()
      await happens(() => server.stream(id).write('shared'))
      await happens(() => server.stream(id).close())
      for (const page of pages) {
        expect(page.last).toMatchObject({ text: 'shared', status: 'done' })
        expectGrowing(page.results, 'shared')
      }
      expect(server.requests.filter((request) => request.kind === 'drive' && request.id === id)).toHaveLength(1)
    }
  })

  it('is driven when the flag is set after the mount, and stays driven when it is taken back', async () => {
    const page = watchStream({ client: openPage(), id: 'a', driven: false }, Mode)
    await happens()
    await happens(() => page.show({ driven: true }))
    await happens(() => page.show({ driven: false }))
    await happens(() => server.stream('a').write('text'))
    await happens(() => server.stream('a').close())
    expect(page.last).toMatchObject({ text: 'text', status: 'done' })
    expect(asked()).toEqual(['follow a 0', 'drive a 0'])
  })

  it('is never driven when its initial text says that somebody did', async () => {
    const client = openPage()
    server.stream('a').write('begun elsewhere')
    const initial = { text: 'begun', status: 'streaming' } as const
    const page = watchStream({ client, id: 'a', driven: true, initial }, Mode)
    const other = watchStream({ client, id: 'a', driven: true }, Mode)
    expect(page.results[0]).toMatchObject({ text: 'begun', status: 'streaming' })
    expect(other.results[0]).toMatchObject({ text: 'begun', status: 'streaming' })
    await happens()
    await happens(() => server.stream('a').close())
    for (const { last } of [page, other]) expect(last).toMatchObject({ text: 'begun elsewhere', status: 'done' })
    expect(asked()).toEqual(['follow a 5'])
  })

  it('takes the longer of two initial texts, whichever component comes first', async () => {
    const client = openPage()
    server.stream('a').write('a longer text')
    const short = watchStream({ client, id: 'a', initial: { text: 'a lon', status: 'streaming' } }, Mode)
    const long = watchStream({ client, id: 'a', initial: { text: 'a longer', status: 'streaming' } }, Mode)
    await happens()
    await happens(() => server.stream('a').close())
    for (const page of [short, long]) {
      expect(page.last).toMatchObject({ text: 'a longer text', status: 'done' })
      expectGrowing(page.results, 'a longer text')
    }
    expect(server.requests.length).toBe(1)
  })

  it('survives a component that leaves in mid-stream and comes back', async () => {
    const client = openPage()
    const before = watchStream({ client, id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('one '))
    before.unmount()
    await happens(() => pass(GRACE_MS))
    expect(server.open).toBe(0)
    await happens(() => server.stream('a').write('two '))
    const after = watchStream({ client, id: 'a', driven: true }, Mode)
    expect(after.results[0]?.text).toBe('one ')
    await happens(() => server.stream('a').close())
    expect(after.last).toMatchObject({ text: 'one two ', status: 'done' })
    expect(asked()).toEqual(['drive a 0', 'follow a 4'])
  })

  it('is shown again without a request once it has finished', async () => {
    const client = openPage()
    const before = watchStream({ client, id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('all of it'))
    await happens(() => server.stream('a').close())
    before.unmount()
    await happens(() => pass(GRACE_MS))
    const after = watchStream({ client, id: 'a', driven: true }, Mode)
    expect(after.results[0]).toMatchObject({ text: 'all of it', status: 'done', isCaughtUp: true })
    await happens(() => pass(GRACE_MS))
    expect(asked()).toEqual(['drive a 0'])
  })

  it('asks for nothing when its initial text is finished', async () => {
    const initial = { text: 'all of it', status: 'done' } as const
    const page = watchStream({ client: openPage(), id: 'a', driven: true, initial }, Mode)
    await happens(() => pass(GRACE_MS))
    expect(page.last).toMatchObject({ text: 'all of it', status: 'done', connection: 'closed' })
    expect(page.screen).toBe('all of it')
    expect(server.requests).toEqual([])
  })

  it('changes in a transition without a mix of the two texts', async () => {
    const seen: string[] = []
    let change: (id: string) => void = () => {}
    const client = openPage()
    const onRender = (id: string, text: string) => seen.push(`${id}: ${text}`)
    const onChange = (set: (id: string) => void) => {
      change = (id) => startTransition(() => set(id))
    }
    render(
      <Mode>
        <Switching client={client} onRender={onRender} onChange={onChange} />
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
    act(() => change('a'))
    await happens()
    expect(seen.at(-1)).toBe('a: AA')
  })
})

interface SwitchingProps extends Pick<WatchedProps, 'client'> {
  readonly onRender: (id: string, text: string) => void
  readonly onChange: (set: (id: string) => void) => void
}

function Switching({ client, onRender, onChange }: SwitchingProps) {
  const [id, setId] = useState('a')
  onChange(setId)
  return <Probe client={client} id={id} driven onRender={({ text }) => onRender(id, text)} />
}

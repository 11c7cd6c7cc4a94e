import { type StreamState, type UseStreamOptions, useStream } from '@keepstream/svelte'
import { derived, get, readable, writable } from 'svelte/store'
import { expect, it, vi } from 'vitest'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { paint, pass, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'

stopTime()

it('sends every subscriber the state at once, over one connection, until the last one leaves', async () => {
  const { server, open, happens, requested } = createPage()
  const reply = useStream('a', { client: open(), start: true })
  const seen: string[][] = [[], [], []]
  const unsubscribes = seen.map((texts) => reply.subscribe(({ text }) => texts.push(text)))
  for (const texts of seen) expect(texts).toEqual([''])
  await happens()
  expect(requested()).toEqual(['drive a 0'])
  for (const unsubscribe of unsubscribes.slice(1)) unsubscribe()
  await happens(() => pass(GRACE_MS))
  await happens(() => server.stream('a').write('text'))
  expect(seen.map((texts) => texts.at(-1))).toEqual(['text', '', ''])
  expect(server.open).toBe(1)
  // Unsubscribed twice, as frameworks do.
  for (const unsubscribe of [...unsubscribes, ...unsubscribes]) unsubscribe()
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

it('is read by get without a request, and by derived with one', async () => {
  const { server, open, happens, requested } = createPage()
  const reply = useStream('a', { client: open(), start: true, initial: { text: '', status: 'pending' } })
  expect(get(reply)).toMatchObject({ text: '', status: 'pending' })
  await happens(() => pass(GRACE_MS))
  expect(requested()).toEqual([])

  const words = derived(reply, ({ text }) => text.split(' ').length)
  const counts: number[] = []
  const unsubscribe = words.subscribe((count) => counts.push(count))
  await happens()
  await happens(() => server.stream('a').write('one two three'))
  expect(counts.at(-1)).toBe(3)
  expect(get(reply).text).toBe('one two three')
  unsubscribe()
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  expect(requested()).toEqual(['drive a 0'])
})

it('follows an id and options that are stores, and stops what it shows then', async () => {
  const { server, open, happens, requested } = createPage()
  const id = writable<string>()
  const options = writable<UseStreamOptions>({ client: open() })
  const reply = useStream(id, options)
  const seen: StreamState[] = []
  const unsubscribe = reply.subscribe((state) => seen.push(state))
  await happens()
  expect(requested()).toEqual([])
  await happens(() => id.set('a'))
  await happens(() => options.set({ start: true }))
  await happens(() => server.stream('a').write('text of a'))
  await happens(() => id.set('b'))
  expect(seen.at(-1)?.text).toBe('')
  await happens(() => server.stream('b').write('b'))
  await happens(paint)
  expect(seen.at(-1)?.text).toBe('b')
  await happens(() => reply.stop())
  expect(seen.at(-1)).toMatchObject({ text: 'b', status: 'stopped' })
  expect(server.stream('a').status).toBe('streaming')
  unsubscribe()
  expect(requested()).toEqual(['follow a 0', 'drive a 0', 'drive b 0', 'stop b 0'])
})

it('attaches once, however often the options are new', async () => {
  const { open, happens, requested } = createPage()
  const client = open()
  const options = writable<UseStreamOptions>({ client, start: true })
  const attach = vi.spyOn(client.stream('a'), 'attach')
  const unsubscribe = useStream('a', options).subscribe(() => {})
  await happens()
  for (let change = 0; change < 5; change++)
    await happens(() => options.set({ start: true, initial: { text: '', status: 'pending' } }))
  expect(attach).toHaveBeenCalledTimes(1)
  expect(requested()).toEqual(['drive a 0'])
  unsubscribe()
})

it('can be subscribed to again after the last has gone', async () => {
  const { server, open, happens, requested } = createPage()
  const reply = useStream('a', { client: open(), start: true })
  const unsubscribe = reply.subscribe(() => {})
  await happens()
  await happens(() => server.stream('a').write('one '))
  unsubscribe()
  await happens(() => pass(GRACE_MS))
  await happens(() => server.stream('a').write('two'))
  const seen: string[] = []
  const undoAgain = reply.subscribe(({ text }) => seen.push(text))
  expect(seen).toEqual(['one '])
  await happens(() => server.stream('a').close())
  expect(seen.at(-1)).toBe('one two')
  expect(requested()).toEqual(['drive a 0', 'follow a 4'])
  undoAgain()
})

it("shows its own initial text first, and then the client's newer state", async () => {
  const { server, open, happens, requested } = createPage()
  const client = open()
  const undoFirst = useStream('a', { client, start: true }).subscribe(() => {})
  await happens()
  await happens(() => server.stream('a').write('one two'))
  await happens(() => server.stream('a').close())
  const seen: string[] = []
  const initial = { text: 'one ', status: 'streaming', origin: { epoch: 1, base: 0 } } as const
  const unsubscribe = useStream('a', { client, initial }).subscribe(({ status, text }) =>
    seen.push(`${status}: ${text}`),
  )
  expect(seen).toEqual(['streaming: one '])
  await happens()
  expect(seen).toEqual(['streaming: one ', 'done: one two'])
  expect(requested()).toEqual(['drive a 0'])
  unsubscribe()
  undoFirst()
})

it('is held to its own initial text by its first start alone', async () => {
  const { server, open, happens, requested } = createPage()
  const reply = useStream('a', {
    client: open(),
    initial: { text: 'one ', status: 'streaming', origin: { epoch: 1, base: 0 } },
  })
  const seen: string[] = []
  const listen = () => reply.subscribe(({ status, text }) => seen.push(`${status}: ${text}`))
  server.stream('a').write('one two')
  const unsubscribe = listen()
  await happens()
  await happens(() => server.stream('a').close())
  unsubscribe()
  await happens(() => pass(GRACE_MS))
  seen.length = 0
  expect(get(reply)).toMatchObject({ status: 'done', text: 'one two' })
  listen()()
  expect(seen).toEqual(['done: one two'])
  expect(requested()).toEqual(['follow a 4'])
})

it('gives neither of two streams the initial text of the other, whichever of its stores is the first to change', async () => {
  for (const isIdFirst of [true, false]) {
    const { server, open, happens, requested } = createPage()
    const client = open()
    const id = writable('a')
    const options = writable<UseStreamOptions>({
      client,
      initial: { text: 'text of a', status: 'streaming', origin: { epoch: 1, base: 0 } },
    })
    const reply = useStream(id, options)
    const seen: string[] = []
    const unsubscribe = reply.subscribe(({ text }) => seen.push(text))
    server.stream('a').write('text of a')
    server.stream('b').write('text of b')
    await happens()
    const changes = [
      () => id.set('b'),
      () =>
        options.set({
          start: true,
          initial: { text: 'text of b', status: 'streaming', origin: { epoch: 1, base: 0 } },
        }),
    ]
    for (const change of isIdFirst ? changes : changes.reverse()) change()
    expect(seen.at(-1)).toBe('')
    expect(client.stream('a').$state.get().text).toBe('text of a')
    await happens()
    await happens(() => server.stream('b').close())
    expect(get(reply)).toMatchObject({ text: 'text of b', status: 'done' })
    expect([...new Set(seen)]).toEqual(['text of a', '', 'text of b'])
    expect(requested()).toEqual(['follow a 9', 'drive b 9'])
    unsubscribe()
  }
})

it('never shows the stream it has left when its id changes right after its first start', async () => {
  const { open, happens } = createPage()
  const id = writable('a')
  const options = writable<UseStreamOptions>({ client: open(), initial: { text: 'text of a', status: 'done' } })
  const seen: string[] = []
  const unsubscribe = useStream(id, options).subscribe(({ text }) => seen.push(text))
  id.set('b')
  options.set({})
  await happens()
  expect([...new Set(seen)]).toEqual(['text of a', ''])
  expect(seen.lastIndexOf('text of a')).toBe(0)
  unsubscribe()
})

it('unsubscribes from the stores it got when its last subscriber leaves', () => {
  const client = createPage().open()
  let listening = 0
  const given = <Value>(value: Value) =>
    readable(value, () => {
      listening++
      return () => {
        listening--
      }
    })
  const unsubscribe = useStream(given('a'), given({ client, start: false })).subscribe(() => {})
  expect(listening).toBe(2)
  unsubscribe()
  expect(listening).toBe(0)
})

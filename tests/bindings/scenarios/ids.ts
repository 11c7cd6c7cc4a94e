import { expect } from 'vitest'
import { expectGrowing, GRACE_MS, type Page } from '../kit'
import { paint, pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** What a component shows when its id changes or is missing. */
export const ids = {
  'id-changes': {
    title: 'starts from an empty text in the same render when the id changes',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('text of a'))
      const count = page.results.length
      await happens(() => page.apply({ id: 'b' }))
      const first = page.results[count]
      expect(first).toMatchObject({ id: 'b', text: '', status: 'pending', retrying: undefined, isCaughtUp: false })
      await happens(() => server.stream('b').write('b'))
      await happens(() => server.stream('a').write(', which goes on'))
      await happens(paint)
      expect(page.last).toMatchObject({ text: 'b' })
      expectOwnText(page, { a: 'text of a', b: 'b' })
      expect(requested()).toEqual(['drive a 0', 'drive b 0'])
    },
  },
  'id-undefined': {
    title: 'shows nothing and sends no request before there is an id, and after it is gone',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: undefined, start: true })
      await happens(() => pass(GRACE_MS))
      expect(page.last).toMatchObject({ text: '', status: 'pending', connection: 'idle', retrying: undefined })
      await expect(page.last.stop()).rejects.toMatchObject({ code: 'no-stream' })
      await happens(() => page.last.retry())
      expect(requested()).toEqual([])

      await happens(() => page.apply({ id: 'a' }))
      await happens(() => server.stream('a').write('now'))
      expect(page.screen).toBe('now')
      await happens(() => page.apply({ id: undefined }))
      expect(page.last).toMatchObject({ text: '', status: 'pending', connection: 'idle' })
      expect(page.screen).toBe('')
      expectOwnText(page, { a: 'now', undefined: '' })
      expect(requested()).toEqual(['drive a 0'])
    },
  },
  'id-undefined-with-initial': {
    title: 'shows no initial text while there is no id, neither its own nor another component’s',
    async run({ open, mountAll, happens, requested }) {
      const client = open()
      const initial = { text: 'for any id', status: 'done' } as const
      const [one, other] = mountAll([
        { client, id: undefined, initial },
        { client, id: undefined },
      ]) as [Page, Page]
      await happens()
      for (const page of [one, other]) expectOwnText(page, { undefined: '' })
      await happens(() => one.apply({ id: 'a' }))
      expect(one.last).toMatchObject({ text: 'for any id', status: 'done' })
      expect(other.screen).toBe('')
      expect(requested()).toEqual([])
    },
  },
  'id-and-initial-change': {
    title: 'shows a new id with the initial text that came with it, never with the previous one',
    async run({ server, open, mount, happens, requested }) {
      server.stream('b').write('text of b')
      const ofA = { text: 'text of a', status: 'done' } as const
      const page = mount({ client: open(), id: 'a', initial: ofA })
      await happens()
      expect(page.screen).toBe('text of a')
      await happens(() =>
        page.apply({ id: 'b', initial: { text: 'text of b', status: 'streaming', origin: { epoch: 1, base: 0 } } }),
      )
      expect(page.last).toMatchObject({ id: 'b', text: 'text of b', status: 'streaming' })
      await happens(() => server.stream('b').write(', which goes on'))
      await happens(() => server.stream('b').close())
      expect(page.last).toMatchObject({ text: 'text of b, which goes on', status: 'done' })
      await happens(() => page.apply({ id: 'a', initial: ofA }))
      expect(page.screen).toBe('text of a')
      expectOwnText(page, { a: 'text of a', b: 'text of b, which goes on' })
      expect(requested()).toEqual(['follow b 9'])
    },
  },
  'id-and-first-initial-change': {
    title: 'shows the first initial text when it comes with a new id, and sends no request',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('text of a'))
      await happens(() => page.apply({ id: 'b', initial: { text: 'text of b', status: 'done' } }))
      expect(page.last).toMatchObject({ id: 'b', text: 'text of b', status: 'done' })
      await happens(() => page.apply({ id: 'c', initial: undefined }))
      expectOwnText(page, { a: 'text of a', b: 'text of b', c: '' })
      expect(requested()).toEqual(['drive a 0', 'drive c 0'])
    },
  },
  'id-returns-while-read': {
    title: 'keeps the text of an id that returns while it is still read, and sends no request',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('one '))
      await happens(() => page.apply({ id: 'b' }))
      await happens(() => server.stream('a').write('two '))
      await happens(paint)
      const count = page.results.length
      await happens(() => page.apply({ id: 'a' }))
      expect(page.results[count]).toMatchObject({ id: 'a', text: 'one two ' })
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'one two ', status: 'done' })
      expectOwnText(page, { a: 'one two ', b: '' })
      expect(requested()).toEqual(['drive a 0', 'drive b 0'])
    },
  },
  'id-returns-later': {
    title: 'continues from where it was when an id returns later, and drives no id twice',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('one '))
      await happens(() => page.apply({ id: 'b' }))
      await happens(() => pass(GRACE_MS))
      await happens(() => server.stream('a').write('two '))
      const count = page.results.length
      await happens(() => page.apply({ id: 'a' }))
      expect(page.results[count]).toMatchObject({ id: 'a', text: 'one ', status: 'streaming' })
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'one two ', status: 'done' })
      expectOwnText(page, { a: 'one two ', b: '' })
      expect(requested()).toEqual(['drive a 0', 'drive b 0', 'follow a 4'])
    },
  },
  'id-changes-and-returns-in-a-tick': {
    title: 'sends no request when the id changes and returns in the same tick',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('one '))
      for (const id of ['b', undefined, 'a']) page.apply({ id })
      await happens()
      await happens(() => server.stream('a').write('two '))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'one two ', status: 'done' })
      expectOwnText(page, { a: 'one two ', b: '', undefined: '' })
      expect(requested()).toEqual(['drive a 0'])
    },
  },
} satisfies Scenarios

/** Checks that no render showed an id with the text of another one. */
function expectOwnText({ results }: Page, truths: Readonly<Record<string, string>>) {
  for (const id of new Set(results.map((seen) => seen.id))) {
    expectGrowing(
      results.filter((seen) => seen.id === id),
      truths[String(id)] ?? 'unknown id',
    )
  }
}

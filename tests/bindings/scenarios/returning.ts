import { initialStreamState } from '@keepstream/core'
import { expect } from 'vitest'
import { expectGrowing, GRACE_MS } from '../kit'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Streams that are shown again, and text that the page was rendered with. */
export const returning = {
  'remounts-in-mid-stream': {
    title: 'continues where it was when a component unmounts mid-stream and mounts again',
    async run({ server, open, mount, happens, requested }) {
      const client = open()
      const before = mount({ client, id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('one '))
      before.unmount()
      await happens(() => pass(GRACE_MS))
      expect(server.open).toBe(0)
      await happens(() => server.stream('a').write('two '))
      const after = mount({ client, id: 'a', start: true })
      expect(after.results[0]).toMatchObject({ text: 'one ' })
      await happens(() => server.stream('a').close())
      expect(after.last).toMatchObject({ text: 'one two ', status: 'done' })
      expectGrowing(after.results, 'one two ')
      expect(requested()).toEqual(['drive a 0', 'follow a 4'])
    },
  },
  'remounts-at-once': {
    title: 'sends no request when a component unmounts mid-stream and soon mounts again',
    async run({ server, open, mount, happens, requested }) {
      const client = open()
      const before = mount({ client, id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('one '))
      await happens(() => before.unmount())
      const after = mount({ client, id: 'a', start: true })
      await happens(() => pass(GRACE_MS))
      await happens(() => server.stream('a').write('two'))
      await happens(() => server.stream('a').close())
      expect(after.last).toMatchObject({ text: 'one two', status: 'done' })
      expect(requested()).toEqual(['drive a 0'])
    },
  },
  'finished-is-shown-again': {
    title: 'shows a finished stream again without a request',
    async run({ server, open, mount, happens, requested }) {
      const client = open()
      const before = mount({ client, id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('all of it'))
      await happens(() => server.stream('a').close())
      before.unmount()
      await happens(() => pass(GRACE_MS))
      const after = mount({ client, id: 'a', start: true })
      expect(after.results[0]).toMatchObject({ text: 'all of it', status: 'done', isCaughtUp: true })
      await happens(() => pass(GRACE_MS))
      expect(after.screen).toBe('all of it')
      expect(requested()).toEqual(['drive a 0'])
    },
  },
  'initial-is-finished': {
    title: 'sends no request when the initial text is finished',
    async run({ open, mount, happens, requested }) {
      const initial = { text: 'all of it', status: 'done' } as const
      const page = mount({ client: open(), id: 'a', start: true, initial })
      await happens(() => pass(GRACE_MS))
      expect(page.last).toMatchObject({ text: 'all of it', status: 'done', connection: 'closed' })
      expect(page.screen).toBe('all of it')
      expect(requested()).toEqual([])
    },
  },
  'initial-is-read-on': {
    title: 'shows the initial text first, and receives only the text after it',
    async run({ server, open, mount, happens, requested }) {
      const known = 'What the server rendered. '.repeat(100)
      server.stream('a').write(known)
      const initial = { text: known, status: 'streaming', origin: { epoch: 1, base: 0 } } as const
      const page = mount({ client: open(), id: 'a', start: true, initial })
      // A server renders this state.
      expect(page.results[0]).toMatchObject(initialStreamState(initial))
      expect(page.screen).toBe(known)
      await happens()
      await happens(() => server.stream('a').write('And more.'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: `${known}And more.`, status: 'done' })
      expectGrowing(page.results, `${known}And more.`)
      expect(requested()).toEqual([`drive a ${known.length}`])
      expect(server.requests[0]?.length).toBeLessThan(known.length)
    },
  },
  'initial-is-pending': {
    title: 'drives a stream that was not driven yet when its initial text was rendered',
    async run({ server, open, mount, happens, requested }) {
      const initial = { text: '', status: 'pending' } as const
      const page = mount({ client: open(), id: 'a', start: true, initial })
      await happens()
      await happens(() => server.stream('a').write('text'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'text', status: 'done' })
      expect(requested()).toEqual(['drive a 0'])
    },
  },
} satisfies Scenarios

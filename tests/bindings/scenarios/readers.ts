import { expect } from 'vitest'
import { expectGrowing, GRACE_MS, type Page } from '../kit'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Components that pass different options for one stream. */
export const readers = {
  'driven-differs': {
    title: 'drives once for a follower and drivers that mount together, in either order',
    async run({ server, open, mountAll, happens, requested }) {
      for (const [id, flags] of [
        ['a', [false, true, true]],
        ['b', [true, false, true]],
      ] as const) {
        const client = open()
        const pages = mountAll(flags.map((start) => ({ client, id, start })))
        await happens()
        await happens(() => server.stream(id).write('shared'))
        await happens(() => server.stream(id).close())
        for (const page of pages) {
          expect(page.last).toMatchObject({ text: 'shared', status: 'done' })
          expectGrowing(page.results, 'shared')
        }
      }
      expect(requested()).toEqual(['drive a 0', 'drive b 0'])
    },
  },
  'driver-comes-later': {
    title: 'uses one stream for a follower and a driver that mounts later and unmounts early',
    async run({ server, open, mount, happens, requested }) {
      const client = open()
      const follower = mount({ client, id: 'a' })
      await happens()
      expect(server.stream('a').runs).toBe(0)
      const driver = mount({ client, id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('shared'))
      await happens(() => driver.unmount())
      await happens(() => server.stream('a').write(' on'))
      await happens(() => server.stream('a').close())
      expect(follower.last).toMatchObject({ text: 'shared on', status: 'done' })
      expect(requested()).toEqual(['follow a 0', 'drive a 0'])
      expect(server.open).toBe(0)
    },
  },
  'driven-changes': {
    title: 'drives when `start` is set after the mount, and continues when it is unset',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: false })
      await happens()
      await happens(() => page.apply({ start: true }))
      await happens(() => page.apply({ start: false }))
      await happens(() => server.stream('a').write('text'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'text', status: 'done' })
      expect(requested()).toEqual(['follow a 0', 'drive a 0'])
    },
  },
  'leaves-in-its-tick': {
    title: 'causes no request and no timer when a component unmounts in the tick in which it mounted',
    async run({ open, mount, happens, requested }) {
      mount({ client: open(), id: 'a', start: true }).unmount()
      await happens(() => pass(GRACE_MS))
      expect(requested()).toEqual([])
    },
  },
  'leaves-in-its-tick-beside-a-follower': {
    title: 'does not drive for a component that unmounts in the tick in which it mounted, while another follows',
    async run({ open, mount, happens, requested }) {
      const client = open()
      mount({ client, id: 'a' })
      await happens()
      mount({ client, id: 'a', start: true }).unmount()
      await happens()
      expect(requested()).toEqual(['follow a 0'])
    },
  },
  'initial-says-begun': {
    title: 'joins a stream that was driven before its initial text was rendered, from the end of that text',
    async run({ server, open, mountAll, happens, requested }) {
      const client = open()
      server.stream('a').write('begun elsewhere')
      const initial = { text: 'begun', status: 'streaming', origin: { epoch: 1, base: 0 } } as const
      const pages = mountAll([
        { client, id: 'a', start: true, initial },
        { client, id: 'a', start: true },
      ])
      for (const { results } of pages) expect(results[0]).toMatchObject({ text: 'begun', status: 'streaming' })
      await happens()
      await happens(() => server.stream('a').close())
      for (const { last } of pages) expect(last).toMatchObject({ text: 'begun elsewhere', status: 'done' })
      expect(requested()).toEqual(['drive a 5'])
      expect(server.stream('a').runs).toBe(1)
    },
  },
  'initial-differs': {
    title: 'uses the longer of two initial texts, whichever component mounts first',
    async run({ server, open, mountAll, happens, requested }) {
      for (const [id, lengths] of [
        ['a', [5, 8]],
        ['b', [8, 5]],
      ] as const) {
        const client = open()
        const truth = 'a longer text'
        server.stream(id).write(truth)
        const initials = lengths.map(
          (length) => ({ text: truth.slice(0, length), status: 'streaming', origin: { epoch: 1, base: 0 } }) as const,
        )
        const pages: Page[] = mountAll(initials.map((initial) => ({ client, id, initial })))
        await happens()
        await happens(() => server.stream(id).close())
        for (const page of pages) {
          expect(page.last).toMatchObject({ text: truth, status: 'done' })
          expectGrowing(page.results, truth)
        }
      }
      expect(requested()).toEqual(['follow a 8', 'follow b 8'])
    },
  },
} satisfies Scenarios

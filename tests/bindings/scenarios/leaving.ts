import { expect, vi } from 'vitest'
import { GRACE_MS } from '../kit'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** What a component leaves behind when it unmounts. */
export const leaving = {
  'leaves-in-mid-stream': {
    title: 'leaves no timer, no open request and no subscription when it unmounts mid-stream',
    async run({ server, open, mount, happens }) {
      const client = open()
      const page = mount({ client, id: 'a', start: true })
      const { $state } = client.stream('a')
      await happens()
      await happens(() => server.stream('a').write('some '))
      await happens(() => server.stream('a').write('text'))
      expect(server.open).toBe(1)
      expect($state.lc).toBeGreaterThan(0)
      page.unmount()
      const { length } = page.results
      await happens(() => pass(GRACE_MS))
      await happens(() => server.stream('a').write(' unread'))
      expect(vi.getTimerCount()).toBe(0)
      expect(server.open).toBe(0)
      expect($state.lc).toBe(0)
      expect(page.results).toHaveLength(length)
    },
  },
  'leaves-while-waiting': {
    title: 'leaves no timer and no listener when it unmounts while it waits for the network',
    async run({ open, mount, happens }) {
      const listening = vi.spyOn(globalThis, 'addEventListener')
      const fetch = () => Promise.reject(new TypeError('Load failed'))
      const page = mount({ client: open({ fetch }), id: 'a' })
      await happens()
      expect(page.last).toMatchObject({ connection: 'waiting', retrying: { error: { code: 'network' } } })
      const signals = listening.mock.calls.flatMap(([type, , options]) =>
        type === 'online' ? [(options as { signal: AbortSignal }).signal] : [],
      )
      expect(signals.length).toBeGreaterThan(0)
      page.unmount()
      await happens(() => pass(GRACE_MS))
      expect(vi.getTimerCount()).toBe(0)
      expect(signals.every(({ aborted }) => aborted)).toBe(true)
    },
  },
  'leaves-each-id': {
    title: 'leaves nothing behind for the ids it showed before, and reads the one it shows',
    async run({ server, open, mount, happens }) {
      const client = open()
      const page = mount({ client, id: 'a' })
      const streams = ['a', 'b', 'c'].map((id) => client.stream(id))
      for (const id of ['b', 'c', 'b', 'c']) await happens(() => page.apply({ id }))
      await happens(() => pass(GRACE_MS))
      expect(streams.map(({ $state }) => $state.lc > 0)).toEqual([false, false, true])
      expect(server.open).toBe(1)
      page.unmount()
      await happens(() => pass(GRACE_MS))
      expect(streams.map(({ $state }) => $state.lc)).toEqual([0, 0, 0])
    },
  },
} satisfies Scenarios

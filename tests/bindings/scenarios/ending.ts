import type { StreamState } from '@keepstream/core'
import { smooth } from '@keepstream/core/smooth'
import { expect, vi } from 'vitest'
import { GRACE_MS } from '../kit'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** When `onEnd` is called. */
export const ending = {
  'ends-once': {
    title: 'calls `onEnd` once with the last state, after the end is on the screen, and calls the latest function',
    async run({ server, open, mount, happens, requested }) {
      const ends: unknown[] = []
      const page = mount({ client: open(), id: 'a', start: true, onEnd: () => ends.push('an old function') })
      await happens()
      await happens(() => server.stream('a').write('all '))
      await happens(() => page.apply({ onEnd: (state) => ends.push([state, page.screen]) }))
      await happens(() => server.stream('a').write('of it'))
      expect([page.screen, ends]).toEqual(['all ', []])
      // The end comes with text that was not painted yet.
      await happens(() => server.stream('a').close('done', 'length'))
      await happens(() => pass(GRACE_MS))
      const last = expect.objectContaining({ text: 'all of it', status: 'done', finishReason: 'length' })
      expect(ends).toEqual([[last, 'all of it']])
      expect(requested()).toEqual(['drive a 0'])
    },
  },
  'ends-for-each-component': {
    title: 'calls `onEnd` of each component that shows the end, with its status, and not of those that are unmounted',
    async run({ server, open, mount, mountAll, happens }) {
      const client = open()
      const ends: string[] = []
      const withName = (name: string) => ({
        client,
        id: 'a',
        onEnd: ({ status }: StreamState) => ends.push(`${name}: ${status}`),
      })
      mount(withName('at once')).unmount()
      mountAll([withName('one'), withName('other')])
      const early = mount(withName('early'))
      await happens()
      await happens(() => server.stream('a').write('half'))
      await happens(() => early.unmount())
      await happens(() => server.stream('a').close('error'))
      await happens(() => mount(withName('late')))
      await happens(() => pass(GRACE_MS))
      expect(ends.sort()).toEqual(['one: error', 'other: error'])
    },
  },
  'ends-for-each-id': {
    title: 'calls `onEnd` once for each id that a component shows, and not again for one that returns',
    async run({ server, open, mount, happens }) {
      const ends: string[] = []
      const page = mount({ client: open(), id: 'a', start: true, onEnd: ({ text }) => ends.push(text) })
      for (const id of ['a', 'b']) {
        await happens(() => page.apply({ id }))
        await happens(() => server.stream(id).write(`text of ${id}`))
        await happens(() => server.stream(id).close())
      }
      for (const id of [undefined, 'a', 'b']) await happens(() => page.apply({ id }))
      expect(ends).toEqual(['text of a', 'text of b'])
      await happens(() => page.apply({ id: 'c' }))
      await happens(() => page.apply({ id: 'd' }))
      await happens(() => server.stream('c').close())
      expect(ends).toEqual(['text of a', 'text of b'])
    },
  },
  'ended-before': {
    title: 'does not call `onEnd` for an initial text that had ended, nor after a remount of a stream that has ended',
    async run({ server, open, mount, happens }) {
      const onEnd = vi.fn()
      const initial = { text: 'all of it', status: 'done' } as const
      const page = mount({ client: open(), id: 'a', start: true, initial, onEnd })
      await happens(() => page.apply({ initial: { ...initial } }))
      await happens(() => page.apply({ id: 'b', initial: { text: 'of b', status: 'stopped' } }))

      const client = open()
      const before = mount({ client, id: 'c', start: true })
      await happens()
      await happens(() => server.stream('c').close())
      await happens(() => before.apply({ onEnd }))
      before.unmount()
      await happens(() => pass(GRACE_MS))
      const after = mount({ client, id: 'c', start: true, onEnd })
      await happens(() => pass(GRACE_MS))
      expect(after.last.status).toBe('done')
      expect(onEnd).not.toHaveBeenCalled()
    },
  },
  'ends-after-initial': {
    title: 'calls `onEnd` when a stream ends that was shown with an initial text',
    async run({ server, open, mount, happens }) {
      const onEnd = vi.fn()
      server.stream('a').write('one ')
      const initial = { text: 'one ', status: 'streaming', epoch: 1, base: 0 } as const
      mount({ client: open(), id: 'a', initial, onEnd })
      await happens()
      await happens(() => server.stream('a').write('two'))
      await happens(() => server.stream('a').close('stopped'))
      expect(onEnd.mock.calls).toEqual([[expect.objectContaining({ text: 'one two', status: 'stopped' })]])
    },
  },
  'ends-when-it-is-revealed': {
    title: 'calls `onEnd` once, when `smooth` has revealed the whole text',
    async run({ server, open, mount, happens }) {
      const ends: string[] = []
      const page = mount({ client: smooth(open()), id: 'a', start: true, onEnd: () => ends.push(page.screen) })
      await happens()
      await happens(() => server.stream('a').write('one '.repeat(20)))
      await happens(() => server.stream('a').close())
      await happens(() => pass(200))
      expect(page.screen).not.toBe('')
      expect(ends).toEqual([])
      await happens(() => pass(400))
      expect(ends).toEqual(['one '.repeat(20)])
    },
  },
  'end-throws': {
    title: 'reports what `onEnd` throws, shows the end, and calls the others',
    async run({ server, open, mountAll, happens }) {
      const reported = catchReported()
      const client = open()
      const onEnd = vi.fn(() => {
        throw new Error('in onEnd')
      })
      const pages = mountAll([1, 2].map(() => ({ client, id: 'a', start: true, onEnd })))
      await happens()
      await happens(() => server.stream('a').write('all of it'))
      await happens(() => server.stream('a').close())
      for (const { last } of pages) expect(last).toMatchObject({ text: 'all of it', status: 'done', error: undefined })
      expect(onEnd).toHaveBeenCalledTimes(2)
      expect(reported).toEqual([new Error('in onEnd'), new Error('in onEnd')])
    },
  },
} satisfies Scenarios

/** The errors of listeners that are reported to the page from now on. */
function catchReported(): unknown[] {
  const reported: unknown[] = []
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
  return reported
}

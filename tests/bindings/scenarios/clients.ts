import { expect, vi } from 'vitest'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Where a component creates its client, and what happens when it gets another one. */
export const clients = {
  'makes-its-client-inline': {
    title: 'uses one client however often a component creates a new one, and warns once',
    async run({ server, open, mountInline, happens, requested }) {
      let made = 0
      const page = mountInline('a', () => {
        made += 1
        // The framework's own limit on renders is much higher.
        if (made > 50) throw new Error('the component creates clients in an endless loop')
        return open()
      })
      await happens()
      for (const word of ['one ', 'two ', 'three ']) await happens(() => server.stream('a').write(word))
      await happens(() => server.stream('a').close())
      expect(page.screen).toBe('one two three ')
      // Code that first runs during the component's setup may cause one more drive.
      expect(requested().filter((request) => request.startsWith('drive')).length).toBeLessThanOrEqual(2)
      const warnings = vi.mocked(console.warn).mock.calls.flat()
      expect(warnings).toEqual(
        made > 2 ? [expect.stringMatching(/another client.*Create it once, outside.*stays mounted/)] : [],
      )
      vi.mocked(console.warn).mockClear()
    },
  },
  'keeps-its-client': {
    title: 'keeps its client when it gets another one for the same id, and uses the new one after a remount',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open({ url: '/streams' }), id: 'a', start: true })
      await happens(() => server.stream('a').write('one '))
      const other = open()
      const openStream = vi.spyOn(other, 'stream')
      page.apply({ client: other })
      await happens(() => server.stream('a').write('two '))
      await pass(100)
      expect(page.screen).toBe('one two ')
      expect(requested()).toEqual(['drive a 0'])
      vi.mocked(console.warn).mockClear()

      page.unmount()
      openStream.mockClear()
      const remounted = mount({ client: other, id: 'a', start: true })
      await happens(() => server.stream('a').close())
      expect(openStream).toHaveBeenCalled()
      expect(remounted.screen).toBe('one two ')
    },
  },
} satisfies Scenarios

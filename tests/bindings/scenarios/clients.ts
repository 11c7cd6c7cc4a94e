import { expect, vi } from 'vitest'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Where a client is made, and what becomes of another one. */
export const clients = {
  'makes-its-client-inline': {
    title: 'is driven by one client, however often a component makes a new one, and says so once',
    async run({ server, open, mountInline, happens, asked }) {
      let made = 0
      const page = mountInline('a', () => {
        made += 1
        // The framework stops rendering by itself only much later.
        if (made > 50) throw new Error('the component makes clients without end')
        return open()
      })
      await happens()
      for (const word of ['one ', 'two ', 'three ']) await happens(() => server.stream('a').write(word))
      await happens(() => server.stream('a').close())
      expect(page.screen).toBe('one two three ')
      // A place that runs for the first time within the set-up may count once more.
      expect(asked().filter((request) => request.startsWith('drive')).length).toBeLessThanOrEqual(2)
      const warnings = vi.mocked(console.warn).mock.calls.flat()
      expect(warnings).toEqual(
        made > 2 ? [expect.stringMatching(/another client.*Make it once, outside.*stays mounted/)] : [],
      )
      vi.mocked(console.warn).mockClear()
    },
  },
  'keeps-its-client': {
    title: 'goes on with its client when it is given another one for the same id, and takes that when it mounts anew',
    async run({ server, open, mount, happens, asked }) {
      const page = mount({ client: open({ url: '/streams' }), id: 'a', driven: true })
      await happens(() => server.stream('a').write('one '))
      const other = open()
      const another = vi.spyOn(other, 'stream')
      page.apply({ client: other })
      await happens(() => server.stream('a').write('two '))
      await pass(100)
      expect(page.screen).toBe('one two ')
      expect(asked()).toEqual(['drive a 0'])
      vi.mocked(console.warn).mockClear()

      page.unmount()
      another.mockClear()
      const anew = mount({ client: other, id: 'a', driven: true })
      await happens(() => server.stream('a').close())
      expect(another).toHaveBeenCalled()
      expect(anew.screen).toBe('one two ')
    },
  },
} satisfies Scenarios

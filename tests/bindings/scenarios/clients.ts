import { StreamError } from '@keepstream/core'
import { expect, vi } from 'vitest'
import type { Kit } from '../kit'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Where a component creates its client, and what happens when it gets another one. */
export const clients = {
  'makes-its-client-inline': {
    title: 'uses one client however often a component creates a new one, and warns once',
    run: (kit) => makeInline(kit, kit.mountInline),
  },
  'provider-client-changes-inline': {
    title: 'uses one client however often a provider gets a new one, and warns once',
    run: (kit) => makeInline(kit, kit.mountInlineProvider),
  },
  'provider-gives-client': {
    title: 'uses the client of the nearest provider, and follows that client alone',
    async run({ server, open, mountAll, lookForClient, happens, requested }) {
      const [outer, inner] = [open(), open()]
      const openOuter = vi.spyOn(outer, 'stream')
      const pages = mountAll([
        { providers: [outer, inner], id: 'a', start: true },
        { providers: [inner], id: 'a' },
      ])
      await happens()
      await happens(() => server.stream('a').write('shared'))
      await happens(() => server.stream('a').close())
      for (const page of pages) expect(page.screen).toBe('shared')
      expect(requested()).toEqual(['drive a 0'])
      expect(openOuter).not.toHaveBeenCalled()

      const [found, ...results] = lookForClient(outer, inner)
      expect(found).toBe(inner)
      for (const result of results) expect(result).not.toBeInstanceOf(Error)
    },
  },
  'client-option-overrides': {
    title: 'uses the client in the options instead of the provided one, without a provider too',
    async run({ server, open, mountAll, happens, requested }) {
      const [provided, own] = [open(), open()]
      const openProvided = vi.spyOn(provided, 'stream')
      const pages = mountAll([
        { providers: [provided], client: own, id: 'a', start: true },
        { providers: [], client: own, id: 'a' },
      ])
      await happens()
      await happens(() => server.stream('a').write('shared'))
      await happens(() => server.stream('a').close())
      for (const page of pages) expect(page.screen).toBe('shared')
      expect(requested()).toEqual(['drive a 0'])
      expect(openProvided).not.toHaveBeenCalled()
    },
  },
  'no-client': {
    title: 'throws an error that says how to provide a client',
    async run({ cure, lookForClient }) {
      const results = lookForClient()
      expect(results.length).toBeGreaterThanOrEqual(2)
      const message = `@keepstream/core: useStream needs a client: ${cure}, or pass { client }`
      for (const result of results) {
        expect(result).toBeInstanceOf(StreamError)
        expect(result).toMatchObject({ code: 'invalid-option', message })
      }
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

async function makeInline({ server, open, happens, requested }: Kit, mountInline: Kit['mountInline']) {
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
}

import { expect } from 'vitest'
import { expectGrowing, type Page } from '../kit'
import { paint, pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** The values beside the text, and their order. */
export const statuses = {
  'order-of-a-drive': {
    title: 'goes through every status and connection of a drive in order',
    async run({ server, open, mount, happens }) {
      let respond = () => {}
      const canRespond = new Promise<void>((resolve) => {
        respond = resolve
      })
      const fetch: typeof server.fetch = async (url, init) => {
        await canRespond
        return server.fetch(url, init)
      }
      const page = mount({ client: open({ fetch }), id: 'a', start: true })
      await happens()
      await happens(respond)
      await happens(() => server.stream('a').write('text'))
      await happens(() => server.stream('a').close())
      expect(inOrder(page, 'status')).toEqual(['pending', 'streaming', 'done'])
      expect(inOrder(page, 'connection')).toEqual(['idle', 'connecting', 'live', 'closed'])
    },
  },
  'order-of-a-cut': {
    title: 'shows a cut and each attempt to continue, in order',
    async run({ server, open, mount, happens }) {
      let isDown = false
      const fetch: typeof server.fetch = (url, init) =>
        isDown ? Promise.reject(new TypeError('Load failed')) : server.fetch(url, init)
      const page = mount({ client: open({ fetch }), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('one '))
      isDown = true
      await happens(() => server.stream('a').cut())
      await happens(() => pass(5000))
      expect(page.last).toMatchObject({ text: 'one ', status: 'streaming', retrying: { error: { code: 'network' } } })
      expect(page.last.connection).toBe('waiting')
      isDown = false
      await happens(() => pass(40_000))
      expect(page.last).toMatchObject({ text: 'one ', status: 'streaming', connection: 'live', retrying: undefined })
      await happens(() => server.stream('a').close())
      expect(inOrder(page, 'status')).toEqual(['pending', 'streaming', 'done'])
      expect(inOrder(page, 'connection').at(-1)).toBe('closed')
    },
  },
  'clean-cut-is-not-done': {
    title: 'does not mistake the end of a connection for the end of the stream',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('half'))
      await happens(() => server.stream('a').cut())
      await happens(() => pass(5000))
      expect(page.last).toMatchObject({ text: 'half', status: 'streaming' })
      await happens(() => server.stream('a').write(' and half'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'half and half', status: 'done' })
      expect(requested()).toEqual(['drive a 0', 'follow a 4'])
    },
  },
  'backlog-and-news': {
    title: 'distinguishes the backlog from new text',
    async run({ server, open, mount, happens }) {
      server.stream('a').write('written long ago, ')
      const page = mount({ client: open(), id: 'a' })
      await happens()
      expect(page.last).toMatchObject({ text: 'written long ago, ', isCaughtUp: true })
      const early = page.results.filter(({ text }) => text === '')
      expect(early.length).toBeGreaterThan(0)
      expect(early.some(({ isCaughtUp }) => isCaughtUp)).toBe(false)
      await happens(() => server.stream('a').write('written now'))
      await happens(paint)
      expect(page.last).toMatchObject({ text: 'written long ago, written now', isCaughtUp: true })
    },
  },
  'nobody-writes': {
    title: 'shows when the writer stalls and when it continues, and at the end why the text is cut',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open(), id: 'a' })
      await happens()
      await happens(() => server.stream('a').write('half'))
      expect(page.last).toMatchObject({ status: 'streaming', isStalled: false, retrying: undefined })
      await happens(() => server.stream('a').stall(true))
      expect(page.last).toMatchObject({ text: 'half', status: 'streaming', isStalled: true, retrying: undefined })
      await happens(() => server.stream('a').stall(false))
      expect(page.last).toMatchObject({ text: 'half', status: 'streaming', isStalled: false })
      await happens(() => server.stream('a').stall(true))
      await happens(() => server.stream('a').close('timeout'))
      expect(page.last).toMatchObject({
        text: 'half',
        status: 'timeout',
        isStalled: false,
        error: { code: 'timeout' },
      })
    },
  },
  'why-it-stopped': {
    title: "shows the producer's finish reason with the end, to the driver and to a follower",
    async run({ server, open, mount, happens }) {
      const driver = mount({ client: open(), id: 'a', start: true })
      const follower = mount({ client: open(), id: 'a' })
      await happens()
      await happens(() => server.stream('a').write('half an answer'))
      for (const page of [driver, follower]) expect(page.last).toMatchObject({ finishReason: undefined })
      await happens(() => server.stream('a').close('done', 'length'))
      for (const page of [driver, follower])
        expect(page.last).toMatchObject({ text: 'half an answer', status: 'done', finishReason: 'length' })
    },
  },
  'reconciles-lost-text': {
    title: 'replaces text that the server lost with the stored text, and reports it',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('Stored. '))
      await happens(() => server.stream('a').write('Lost.', { isStored: false }))
      await happens(paint)
      expect(page.screen).toBe('Stored. Lost.')
      await happens(() => server.stream('a').crash())
      await happens(() => server.stream('a').write('Written again.'))
      await happens(() => pass(5000))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'Stored. Written again.', status: 'done', isReconciled: true })
    },
  },
  'no-sentence-end': {
    title: 'shows text without a sentence end as it arrives',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open(), id: 'a' })
      await happens()
      await happens(() => server.stream('a').write('no end in'))
      await happens(() => server.stream('a').write(' sight'))
      await happens(paint)
      expect(page.last).toMatchObject({ text: 'no end in sight', status: 'streaming', isCaughtUp: true })
      expectGrowing(page.results, 'no end in sight')
    },
  },
} satisfies Scenarios

/** The values that the renders showed, in order and without repetitions. */
function inOrder({ results }: Page, key: 'status' | 'connection') {
  return results.map((seen) => seen[key]).filter((value, index, all) => value !== all[index - 1])
}

import { createStreamClient, fetchLive, fetchSnapshot } from '@keepstream/core'
import { expect, vi } from 'vitest'
import { paint, pass, settled } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** How often a component renders, and why. */
export const rendering = {
  'renders-once-a-frame': {
    title: 'renders once a frame however many chunks arrive, and once each for the first text and the end',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('begun '))
      const count = page.results.length
      const each = rendersOfOne(page.results)
      for (let frame = 0; frame < 10; frame++) {
        for (let chunk = 0; chunk < 20; chunk++) {
          server.stream('a').write('chunk ')
          await settled()
        }
        expect(page.results.length).toBe(count + frame * each)
        paint()
        await settled()
        expect(page.screen).toBe(server.stream('a').text)
        expect(page.results.length).toBe(count + (frame + 1) * each)
      }
      server.stream('a').close()
      await settled()
      expect(page.last.status).toBe('done')
      expect(page.results.length).toBe(count + 11 * each)
    },
  },
  'renders-in-a-hidden-tab': {
    title: 'renders every 100 ms in a tab that is never painted',
    async run({ server, open, mount, happens }) {
      vi.stubGlobal('requestAnimationFrame', () => 0)
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('begun '))
      const count = page.results.length
      const each = rendersOfOne(page.results)
      for (let chunk = 0; chunk < 100; chunk++) {
        server.stream('a').write('chunk ')
        await settled()
        await vi.advanceTimersByTimeAsync(10)
      }
      await pass(100)
      expect(page.screen).toBe(server.stream('a').text)
      const renders = (page.results.length - count) / each
      expect(renders).toBeGreaterThanOrEqual(9)
      expect(renders).toBeLessThanOrEqual(11)
    },
  },
  'renders-at-once': {
    title: 'renders at once for the first text and for a change of status',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      const seen: [string, string][] = []
      const step = async (act: () => void) => {
        await happens(act)
        seen.push([page.screen, page.last.status])
      }
      await step(() => server.stream('a').write('first '))
      await step(() => server.stream('a').write('second '))
      await step(() => server.stream('a').close())
      expect(seen).toEqual([
        ['first ', 'streaming'],
        ['first ', 'streaming'],
        ['first second ', 'done'],
      ])
    },
  },
  'renders-nothing-for-nothing': {
    title: 'does not render for keep-alives or for text it already has',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('text '))
      await happens(paint)
      const count = page.results.length
      for (let second = 0; second < 10; second++) {
        server.stream('a').ping()
        await pass(1000)
      }
      expect(page.results.length).toBe(count)
      expect(page.last).toMatchObject({ text: 'text ', status: 'streaming' })
    },
  },
  'renders-for-its-fields': {
    title: 'renders a component that reads only the status when that changes, and not for text',
    async run({ server, open, mountStatus, happens }) {
      const client = open()
      const page = mountStatus(client, 'a')
      await happens()
      expect(page.screen).toBe('streaming')
      const steps: [status: string, hasRendered: boolean, text: string][] = []
      const step = async (act: () => void) => {
        const { length } = page.statuses
        await happens(act)
        await happens(paint)
        steps.push([page.screen, page.statuses.length > length, client.stream('a').$state.get().text])
      }
      await step(() => server.stream('a').write('one, '))
      await step(() => server.stream('a').write('two, '))
      await step(() => server.stream('a').write('three'))
      await step(() => server.stream('a').close())
      expect(steps).toEqual([
        ['streaming', false, 'one, '],
        ['streaming', false, 'one, two, '],
        ['streaming', false, 'one, two, three'],
        ['done', true, 'one, two, three'],
      ])
      expect([...new Set(page.statuses)]).toEqual(['pending', 'streaming', 'done'])
    },
  },
  'inline-is-fine': {
    title: 'restarts nothing when options, callbacks, URLs and headers are new on each render',
    async run({ server, mount, happens, requested }) {
      const client = createStreamClient({
        live: fetchLive({
          url: ({ id }) => new URL(`/streams/${id}/drive`, 'http://localhost').href,
          headers: () => ({ 'x-question': 'why?' }),
          fetch: (url, init) => server.fetch(url, init),
          canRepeat: true,
        }),
        snapshot: fetchSnapshot({
          url: ({ id }) => new URL(`/streams/${id}`, 'http://localhost').href,
          headers: {},
          fetch: (url, init) => server.fetch(url, init),
        }),
      })
      const page = mount({ client, id: 'a', start: true, initial: { text: '', status: 'pending' } })
      await happens()
      for (const chunk of ['a', 'b', 'c', 'd']) {
        await happens(() => server.stream('a').write(chunk))
        await happens(paint)
        await happens(() => page.apply({ initial: { text: '', status: 'pending' } }))
      }
      expect(page.screen).toBe('abcd')
      expect(requested()).toEqual(['drive a 0'])
    },
  },
} satisfies Scenarios

/** How many renders one change causes. React's StrictMode calls a component twice for each. */
function rendersOfOne(results: readonly { readonly text: string }[]) {
  return results.filter(({ text }) => text === results.at(-1)?.text).length
}

import type { FetchLike } from '@keepstream/core'
import { expect } from 'vitest'
import { expectGrowing } from '../kit'
import { paint, pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Components that mount, and how many requests they cause. */
export const mounting = {
  'mounts-once': {
    title: 'streams in one component, with one drive',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('Hello '))
      expect(page.last).toMatchObject({ text: 'Hello ', status: 'streaming', connection: 'live' })
      await happens(() => server.stream('a').write('world'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'Hello world', status: 'done', connection: 'closed', error: undefined })
      expect(page.screen).toBe('Hello world')
      expect(requested()).toEqual(['drive a 0'])
      expectGrowing(page.results, 'Hello world')
    },
  },
  'mounts-twice': {
    title: 'streams with one drive in a component that mounts, unmounts and mounts again in one tick',
    async run({ server, open, mount, happens, requested }) {
      const client = open()
      mount({ client, id: 'a', start: true }).unmount()
      const page = mount({ client, id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('Hello'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'Hello', status: 'done' })
      expect(requested()).toEqual(['drive a 0'])
      expect(server.stream('a').runs).toBe(1)
    },
  },
  'sends-the-prompt': {
    title:
      'sends what the user asked with the drive, also again after a failure, and restarts nothing when it is a new object',
    async run({ server, open, mount, happens, requested }) {
      const sent: unknown[] = []
      const fetch: FetchLike = (url, init) => {
        if (!url.endsWith('/drive')) return server.fetch(url, init)
        sent.push([init.body, new Headers(init.headers).get('x-model')])
        return sent.length > 1 ? server.fetch(url, init) : Promise.reject(new TypeError('Failed to fetch'))
      }
      const start = () => ({ body: { prompt: 'Why?' }, headers: { 'x-model': 'small' } })
      const page = mount({ client: open({ fetch }), id: 'a', start: start() })
      await happens()
      await happens(() => pass(5000))
      for (const chunk of ['Be', 'cause', '.']) {
        await happens(() => page.apply({ start: start() }))
        await happens(() => server.stream('a').write(chunk))
        await happens(paint)
      }
      expect(page.screen).toBe('Because.')
      expect(sent).toEqual(Array(2).fill(['{"prompt":"Why?"}', 'small']))
      expect(requested()).toEqual(['follow a 0', 'drive a 0'])
    },
  },
  'drives-once-asked': {
    title: 'drives with what the user asked once there is some',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: undefined })
      await happens()
      expect(requested()).toEqual(['follow a 0'])
      await happens(() => page.apply({ start: { body: 'Why?' } }))
      expect(requested()).toEqual(['follow a 0', 'drive a 0'])
      expect(server.requests.at(-1)?.body).toBe('Why?')
    },
  },
  'mounts-two-components': {
    title: 'drives once for two components that mount together',
    async run({ server, open, mountAll, happens, requested }) {
      const client = open()
      const pages = mountAll([1, 2].map(() => ({ client, id: 'a', start: true })))
      await happens()
      await happens(() => server.stream('a').write('shared'))
      await happens(() => server.stream('a').close())
      for (const { screen } of pages) expect(screen).toBe('shared')
      expect(requested()).toEqual(['drive a 0'])
    },
  },
  'mounts-twenty-components': {
    title: 'opens one connection for twenty components, and keeps it until the last one unmounts',
    async run({ server, open, mountAll, happens, requested }) {
      const client = open()
      server.stream('a').write('so far, ')
      const pages = mountAll(Array.from({ length: 20 }, () => ({ client, id: 'a' })))
      await happens()
      expect(server.open).toBe(1)
      for (const page of pages.slice(1)) await happens(() => page.unmount())
      expect(server.open).toBe(1)
      await happens(() => server.stream('a').write('so good'))
      await happens(() => server.stream('a').close())
      expect(pages[0]?.screen).toBe('so far, so good')
      for (const { results } of pages) expectGrowing(results, 'so far, so good')
      for (const { screen } of pages.slice(1)) expect(screen).toBe('')
      expect(requested()).toEqual(['follow a 0'])
    },
  },
  'mounts-in-two-tabs': {
    title: 'runs one producer for two tabs that drive at the same time',
    async run({ server, open, mount, happens, requested }) {
      const pages = [1, 2].map(() => mount({ client: open(), id: 'a', start: true }))
      await happens()
      await happens(() => server.stream('a').write('shared'))
      await happens(() => server.stream('a').close())
      for (const { last } of pages) expect(last).toMatchObject({ text: 'shared', status: 'done' })
      expect(server.stream('a').runs).toBe(1)
      expect(requested()).toEqual(['drive a 0', 'drive a 0'])
    },
  },
  'follows-beside-a-driver': {
    title: 'shows stored text on other pages without affecting the driver',
    async run({ server, open, mount, happens }) {
      const driver = mount({ client: open(), id: 'a', start: true })
      await happens()
      const follower = mount({ client: open(), id: 'a' })
      await happens()
      await happens(() => server.stream('a').write('Stored. '))
      await happens(() => server.stream('a').write('Not yet.', { isStored: false }))
      await happens(() => server.stream('a').close())
      for (const page of [driver, follower]) {
        expect(page.last).toMatchObject({ text: 'Stored. Not yet.', status: 'done' })
        expectGrowing(page.results, 'Stored. Not yet.')
      }
      expect(follower.results.some(({ text }) => text === 'Stored. ')).toBe(true)
    },
  },
} satisfies Scenarios

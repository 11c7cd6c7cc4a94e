import { createStreamClient, keepstream } from '@keepstream/core'
import { expect } from 'vitest'
import { GRACE_MS } from '../kit'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** `stop()` ends a stream. Unmounting does not. */
export const stopping = {
  stops: {
    title: 'keeps the text when it is stopped, with status `stopped`, and shows nothing that arrives later',
    async run({ server, open, mount, happens, requested }) {
      const driver = mount({ client: open(), id: 'a', start: true })
      await happens()
      const follower = mount({ client: open(), id: 'a' })
      await happens()
      await happens(() => server.stream('a').write('enough'))
      await happens(() => follower.last.stop())
      await happens(() => pass(5000))
      for (const { last, screen } of [driver, follower]) {
        expect(last).toMatchObject({ text: 'enough', status: 'stopped', connection: 'closed', error: undefined })
        expect(screen).toBe('enough')
      }
      expect(requested().filter((request) => request.startsWith('stop'))).toHaveLength(1)
      expect(server.open).toBe(0)
    },
  },
  'stops-before-the-drive': {
    title: 'stops a stream that was not driven yet, and does not drive it afterwards',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open(), id: 'a' })
      await happens()
      await happens(() => page.last.stop())
      expect(page.last).toMatchObject({ text: '', status: 'stopped', connection: 'closed' })
      await happens(() => page.apply({ start: true }))
      expect(server.stream('a').runs).toBe(0)
    },
  },
  'stops-a-finished-stream': {
    title: 'leaves a finished stream unchanged, and sends no request',
    async run({ open, mount, happens, requested }) {
      const initial = { text: 'all of it', status: 'done' } as const
      const page = mount({ client: open(), id: 'a', initial })
      await happens()
      await happens(() => page.last.stop())
      expect(page.last).toMatchObject({ text: 'all of it', status: 'done' })
      expect(requested()).toEqual([])
    },
  },
  'stops-the-stream-of-now': {
    title: 'stops the stream whose id it shows now',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      await happens(() => page.apply({ id: 'b' }))
      await happens(() => server.stream('b').write('b'))
      await happens(() => page.last.stop())
      expect(page.last).toMatchObject({ text: 'b', status: 'stopped' })
      expect(server.stream('a').status).toBe('streaming')
      expect(requested().filter((request) => request.startsWith('stop'))).toEqual(['stop b 0'])
    },
  },
  'leaving-stops-nothing': {
    title: 'does not stop the stream when the driver unmounts: other readers read it to the end',
    async run({ server, open, mount, happens, requested }) {
      const driver = mount({ client: open(), id: 'a', start: true })
      await happens()
      const follower = mount({ client: open(), id: 'a' })
      await happens()
      driver.unmount()
      await happens(() => pass(GRACE_MS))
      await happens(() => server.stream('a').write('goes on'))
      await happens(() => server.stream('a').close())
      expect(follower.last).toMatchObject({ text: 'goes on', status: 'done' })
      expect(requested()).toEqual(['drive a 0', 'follow a 0'])
    },
  },
  'cannot-stop': {
    title: 'rejects where stopping is not supported, and continues to read',
    async run({ server, mount, happens }) {
      const { live, snapshot } = keepstream({ url: '/streams', fetch: server.fetch })
      const page = mount({ client: createStreamClient({ live, snapshot }), id: 'a', start: true })
      await happens()
      await expect(page.last.stop()).rejects.toMatchObject({ code: 'stop-unsupported' })
      await happens(() => server.stream('a').write('text'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'text', status: 'done', error: undefined })
    },
  },
} satisfies Scenarios

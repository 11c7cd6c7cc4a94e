import { expect } from 'vitest'
import { expectGrowing } from '../kit'
import { paint, pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Failures, and what happens after them. */
export const errors = {
  'error-and-retry': {
    title: 'shows an error, and tries again on `retry()`',
    async run({ server, open, mount, happens }) {
      server.token = 'a token'
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      expect(page.last).toMatchObject({ status: 'pending', connection: 'failed', error: { code: 'unauthorized' } })
      server.token = undefined
      await happens(() => page.last.retry())
      await happens(() => server.stream('a').write('at last'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: 'at last', status: 'done', error: undefined })
    },
  },
  'error-stays': {
    title: 'sends no new request when it renders again while an error stays',
    async run({ server, open, mount, happens, requested }) {
      server.token = 'a token'
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      const { length } = requested()
      for (let render = 0; render < 5; render++) {
        await happens(() => page.apply({ initial: { text: '', status: 'pending' } }))
        await happens(() => pass(1000))
      }
      expect(page.last).toMatchObject({ connection: 'failed', error: { code: 'unauthorized' } })
      expect(requested()).toHaveLength(length)
    },
  },
  'generation-fails': {
    title: 'shows `error` to the driver and to a follower when the producer throws, and keeps the text',
    async run({ server, open, mount, happens }) {
      const driver = mount({ client: open(), id: 'a', start: true })
      await happens()
      const follower = mount({ client: open(), id: 'a' })
      await happens()
      await happens(() => server.stream('a').write('half a senten', { isStored: false }))
      await happens(() => server.stream('a').close('error'))
      for (const { last, screen } of [driver, follower]) {
        expect(last).toMatchObject({ text: 'half a senten', status: 'error', error: { code: 'generation' } })
        expect(screen).toBe('half a senten')
      }
    },
  },
  'falls-back-to-following': {
    title: 'follows when the drive breaks, drives once, and never shrinks the text while the store is behind',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      const stream = server.stream('a')
      await happens(() => stream.write('A sentence. '))
      await happens(() => stream.write('And half of an', { isStored: false }))
      await happens(paint)
      expect(page.screen).toBe('A sentence. And half of an')

      await happens(() => stream.cut())
      await happens(() => pass(5000))
      expect(page.screen).toBe('A sentence. And half of an')
      expect(page.last.status).toBe('streaming')
      await happens(() => stream.write('other one.', { isStored: false }))
      await happens(() => stream.store())
      await happens(() => stream.close())
      const truth = 'A sentence. And half of another one.'
      expect(page.last).toMatchObject({ text: truth, status: 'done', isReconciled: false })
      expectGrowing(page.results, truth)
      expect(requested()).toEqual(['drive a 0', 'follow a 26'])
    },
  },
  'driver-is-stuck': {
    title: 'delays neither the generation nor a follower when a driver reads nothing',
    async run({ server, open, mount, happens }) {
      const driver = mount({ client: open(), id: 'a', start: true })
      await happens()
      const stream = server.stream('a')
      stream.hold(true)
      const follower = mount({ client: open(), id: 'a' })
      await happens()
      await happens(() => stream.write('one '))
      await happens(() => stream.write('two '))
      await happens(paint)
      expect(follower.screen).toBe('one two ')
      expect(driver.screen).toBe('')

      await happens(() => stream.hold(false))
      await happens(() => stream.close())
      expect(driver.last).toMatchObject({ text: 'one two ', status: 'done' })
      expectGrowing(driver.results, 'one two ')
    },
  },
  'token-changes': {
    title: 'sends a token that changes mid-stream with the next request, and loses no text',
    async run({ server, open, mount, happens, requested }) {
      let token = 'one'
      const page = mount({ client: open({ headers: () => ({ authorization: token }) }), id: 'a', start: true })
      await happens()
      const stream = server.stream('a')
      await happens(() => stream.write('first, '))
      token = 'two'
      await happens(() => page.apply({ start: true }))
      await happens(() => stream.write('second, '))
      await happens(paint)
      expect(server.requests).toMatchObject([{ kind: 'drive', authorization: 'one' }])

      server.token = 'two'
      await happens(() => stream.cut())
      await happens(() => pass(5000))
      await happens(() => stream.write('third'))
      await happens(() => stream.close())
      expect(server.requests[1]).toMatchObject({ authorization: 'two' })
      expect(requested()).toEqual(['drive a 0', 'follow a 15'])
      expect(page.screen).toBe('first, second, third')
      expectGrowing(page.results, 'first, second, third')
    },
  },
  'long-silence': {
    title: 'keeps a healthy stream open through more than 20 minutes with nothing but keep-alives',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true })
      await happens()
      const stream = server.stream('a')
      await happens(() => stream.write('begun, '))
      for (let seconds = 0; seconds < 21 * 60; seconds += 20) {
        stream.ping()
        await pass(20_000)
      }
      expect(page.last).toMatchObject({ text: 'begun, ', status: 'streaming', connection: 'live' })
      await happens(() => stream.write('ended'))
      await happens(() => stream.close())
      expect(page.last).toMatchObject({ text: 'begun, ended', status: 'done' })
      expect(requested()).toEqual(['drive a 0'])
    },
    timeoutMs: 60_000,
  },
  'follows-in-proportion': {
    title: 'receives a followed text once, even through cuts and rollovers',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a' })
      await happens()
      const sentence = 'A sentence of forty characters, no more. '
      for (let count = 1; count <= 200; count++) {
        await happens(() => server.stream('a').write(sentence))
        if (count % 50 > 0) continue
        await happens(() => server.stream('a').cut())
        await happens(() => pass(5000))
      }
      await happens(() => server.stream('a').close())
      const truth = sentence.repeat(200)
      expect(page.last).toMatchObject({ text: truth, status: 'done' })
      expectGrowing(page.results, truth)
      // One request at the start and one after each cut. Sending the whole body for each sentence costs some 820,000.
      expect(requested()).toEqual([0, 50, 100, 150, 200].map((count) => `follow a ${count * sentence.length}`))
      const sent = server.requests.reduce((sum, { length }) => sum + length, 0)
      expect(sent).toBeGreaterThanOrEqual(truth.length)
      expect(sent).toBeLessThan(truth.length * 2)
    },
    timeoutMs: 60_000,
  },
} satisfies Scenarios

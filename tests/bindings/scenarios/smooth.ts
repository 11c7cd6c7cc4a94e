import { smooth } from '@keepstream/core/smooth'
import { expect, vi } from 'vitest'
import { expectGrowing, GRACE_MS, type Kit, type Page } from '../kit'
import { paint, pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

const LAG_MS = 400
/** So long that no burst is fully shown while a test runs. */
const ENDLESS_MS = 60_000
const BURST = '0123456789'.repeat(4)

/** How `smooth(client)` shows bursts. */
export const smoothing = {
  'smooth-even-pace': {
    title: 'reveals a burst at an even pace, while another component shows it at once over the same connection',
    async run(kit) {
      const { server, open, mount, happens, requested } = kit
      const client = open()
      const page = mount({ client: smooth(client), id: 'a', start: true })
      const plain = mount({ client, id: 'a' })
      await happens()
      await happens(() => server.stream('a').write(BURST))
      expect([page.screen, plain.screen]).toEqual(['', BURST])
      const lengths = (await watch(kit, page, LAG_MS)).map((text) => text.length)
      expect(page.screen).toBe(BURST)
      // 40 characters in 25 frames.
      for (const [frame, length] of lengths.entries()) expect(Math.abs(length - 1.6 * (frame + 1))).toBeLessThan(3.2)
      const steps = lengths.map((length, frame) => length - (lengths[frame - 1] ?? 0))
      expect(Math.max(...steps)).toBeLessThanOrEqual(2)
      expectGrowing(page.results, BURST)
      expect(requested()).toEqual(['drive a 0'])
    },
  },
  'smooth-whole-characters': {
    title: 'never shows a part of what a person sees as one character',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const page = mount({ client: smooth(open()), id: 'a', start: true })
      await happens()
      const characters = ['👩‍👩‍👧‍👦', '🇩🇪', '🇫🇷', '🏳️‍🌈', 'e\u0301', '👍🏽', '\r\n', 'नि', 'कु', 'ก็', '각', '😀', 'a']
      const truth = characters.join('').repeat(3)
      await happens(() => server.stream('a').write(truth))
      await watch(kit, page, LAG_MS)
      expect(page.screen).toBe(truth)
      const segments = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(truth)]
      expect(segments).toHaveLength(3 * characters.length)
      const ends = [...segments.map(({ index }) => index), truth.length]
      const shown = new Set(page.results.map(({ text }) => text.length))
      expect([...shown].filter((length) => !ends.includes(length))).toEqual([])
      expect(shown.size).toBeGreaterThan(characters.length)
      expectGrowing(page.results, truth)
    },
  },
  'smooth-split-character': {
    title: 'waits for the rest of a character that arrives in two chunks',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const page = mount({ client: smooth(open()), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('ab👩'))
      await watch(kit, page, LAG_MS / 2)
      await happens(() => server.stream('a').write('\u200D👧cd'))
      await watch(kit, page, 2 * LAG_MS)
      const texts = [...new Set(page.results.map(({ text }) => text))]
      expect(texts).toEqual(['', 'a', 'ab', 'ab👩\u200D👧', 'ab👩\u200D👧c', 'ab👩\u200D👧cd'])
    },
  },
  'smooth-reduced-motion': {
    title: 'shows everything at once to a person who prefers reduced motion',
    async run({ server, open, mount, happens }) {
      const matchMedia = (query: string) => ({ matches: query === '(prefers-reduced-motion: reduce)' })
      vi.stubGlobal('matchMedia', matchMedia)
      const page = mount({ client: smooth(open(), { maxLagMs: ENDLESS_MS }), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('begun '))
      expect(page.screen).toBe('begun ')
      await happens(() => server.stream('a').write(BURST))
      await happens(paint)
      expect(page.screen).toBe(`begun ${BURST}`)
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ text: `begun ${BURST}`, status: 'done' })
    },
  },
  'smooth-hidden': {
    title: 'shows everything at once when and while the page is hidden, and reveals again when it is visible',
    async run(kit) {
      const { server, open, mount, happens } = kit
      // A browser needs five seconds of its own for each minute of frames.
      const maxLagMs = ENDLESS_MS / 3
      const page = mount({ client: smooth(open(), { maxLagMs }), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write(BURST))
      await happens(paint)
      expect(page.screen).not.toBe(BURST)
      await happens(() => hide(true))
      expect(page.screen).toBe(BURST)
      await happens(() => server.stream('a').write(BURST))
      await happens(() => pass(100))
      expect(page.screen).toBe(BURST.repeat(2))
      await happens(() => hide(false))
      await happens(() => server.stream('a').write(BURST))
      await watch(kit, page, 100)
      expect(page.screen).toBe(BURST.repeat(2))
      await happens(() => server.stream('a').close())
      await happens(() => pass(maxLagMs))
      expect(page.last).toMatchObject({ text: BURST.repeat(3), status: 'done' })
      expectGrowing(page.results, BURST.repeat(3))
    },
  },
  'smooth-initial': {
    title: 'shows at once what the page was rendered with, and reveals what arrives later',
    async run(kit) {
      const { server, open, mount, happens } = kit
      server.stream('a').write(BURST)
      const initial = { text: BURST, status: 'streaming', origin: { epoch: 1, base: 0 } } as const
      const page = mount({ client: smooth(open()), id: 'a', start: true, initial })
      expect(page.results[0]).toMatchObject(initial)
      expect(page.screen).toBe(BURST)
      await happens()
      await expectRevealed(kit, page, BURST)
    },
  },
  'smooth-initial-is-longer': {
    title: 'shows at once what another component was rendered with, when that one mounts mid-burst',
    async run(kit) {
      const page = await openInMidBurst(kit)
      const initial = { text: BURST.slice(0, 30), status: 'streaming', origin: { epoch: 1, base: 0 } } as const
      const other = kit.mount({ client: page.client, id: 'a', initial })
      await kit.happens()
      expect(page.screen.startsWith(initial.text)).toBe(true)
      expect(other.screen).toBe(page.screen)
      expectGrowing(page.results, BURST)
    },
  },
  'smooth-reload': {
    title: 'shows the backlog at once after a reload mid-answer, and reveals what arrives later',
    async run(kit) {
      const { server, open, mount, happens } = kit
      server.stream('a').write(BURST)
      const page = mount({ client: smooth(open(), { maxLagMs: LAG_MS }), id: 'a' })
      await happens()
      expect(page.last).toMatchObject({ text: BURST, isCaughtUp: true })
      expect([...new Set(page.results.map(({ text }) => text))]).toEqual(['', BURST])
      await expectRevealed(kit, page, BURST)
    },
  },
  'smooth-remounts': {
    title: 'reveals no text twice when a component unmounts mid-burst and returns, and reveals what arrives later',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const client = smooth(open())
      const before = mount({ client, id: 'a', start: true })
      await happens()
      for (const awayMs of [100, GRACE_MS]) {
        const known = server.stream('a').text
        const page = mount({ client, id: 'a', start: true })
        await happens()
        await happens(() => server.stream('a').write(BURST))
        await watch(kit, page, LAG_MS / 2)
        expect(page.screen.length).toBeGreaterThan(known.length)
        expect(page.screen.length).toBeLessThan(known.length + BURST.length)
        before.unmount()
        page.unmount()
        await happens(() => pass(awayMs))
        const after = mount({ client, id: 'a', start: true })
        expect(after.results[0]?.text).toBe(known + BURST)
        await happens()
        await expectRevealed(kit, after, known + BURST)
        after.unmount()
      }
    },
  },
  'smooth-driven-changes': {
    title: 'continues to reveal from where it was when `start` changes mid-burst',
    async run(kit) {
      const page = await openInMidBurst(kit)
      const known = page.screen
      for (const start of [false, true]) {
        await kit.happens(() => page.apply({ start }))
        await kit.happens(paint)
        expect(page.screen).toBe(known)
      }
      expect(kit.requested()).toEqual(['drive a 0'])
    },
  },
  'smooth-readers-leave': {
    title: 'continues to reveal from where it was when one of two components unmounts',
    async run(kit) {
      const page = await openInMidBurst(kit)
      const known = page.screen
      const other = kit.mount({ client: page.client, id: 'a' })
      await kit.happens()
      expect(other.screen).toBe(known)
      await kit.happens(() => other.unmount())
      await kit.happens(paint)
      expect(page.screen).toBe(known)
    },
  },
  'smooth-returns-in-a-tick': {
    title: 'continues to reveal from where it was when the id or the component returns in the same tick',
    async run(kit) {
      const page = await openInMidBurst(kit)
      const known = page.screen
      for (const id of ['b', undefined, 'a']) page.apply({ id })
      await kit.happens()
      await kit.happens(paint)
      expect(page.screen).toBe(known)
      for (const { id, text } of page.results) if (id !== 'a') expect(text).toBe('')
      page.unmount()
      const again = kit.mount({ client: page.client, id: 'a' })
      await kit.happens()
      await kit.happens(paint)
      expect(again.screen).toBe(known)
      expectGrowing(again.results, known)
      expect(kit.requested()).toEqual(['drive a 0'])
    },
  },
  'smooth-end': {
    title: 'shows the end together with the whole text, no later than the lag after it arrived',
    async run(kit) {
      const { server, open, mount, happens } = kit
      for (const status of ['done', 'error'] as const) {
        const client = open()
        const page = mount({ client: smooth(client), id: status, start: true })
        await happens()
        await happens(() => server.stream(status).write(BURST))
        await watch(kit, page, LAG_MS / 2)
        await happens(() => {
          server.stream(status).write(BURST)
          server.stream(status).close(status)
        })
        expect(client.stream(status).$state.get()).toMatchObject({ text: BURST.repeat(2), status })
        const arrivedAt = Date.now()
        let first: number | undefined
        while (page.last.status === 'streaming') {
          expect(page.last).toMatchObject({ connection: 'live', retrying: undefined })
          await happens(paint)
          first ??= page.screen.length
        }
        expect(Date.now() - arrivedAt).toBeLessThanOrEqual(LAG_MS)
        // The text was not shown at once.
        expect(first).toBeLessThan(BURST.length)
        expect(page.last.error?.code).toBe(status === 'error' ? 'generation' : undefined)
        for (const seen of page.results) if (seen.status === status) expect(seen.text).toBe(BURST.repeat(2))
        expectGrowing(page.results, BURST.repeat(2))
      }
    },
  },
  'smooth-cut': {
    title: 'shows a lost connection at once, and reveals what a new one delivers in one chunk',
    async run(kit) {
      const { server, open, happens } = kit
      let isDown = false
      const fetch: typeof server.fetch = (url, init) =>
        isDown ? Promise.reject(new TypeError('Load failed')) : server.fetch(url, init)
      const page = await openInMidBurst({ ...kit, open: () => open({ fetch }) })
      const known = page.screen
      isDown = true
      await happens(() => server.stream('a').cut())
      expect(page.screen).toBe(known)
      expect(page.last).toMatchObject({
        status: 'streaming',
        connection: 'waiting',
        retrying: { error: { code: 'network' } },
      })
      isDown = false
      await happens(() => server.stream('a').write(BURST))
      await happens(() => pass(ENDLESS_MS / 2))
      expect(page.last).toMatchObject({ status: 'streaming', connection: 'live', retrying: undefined })
      expect(page.screen.length).toBeLessThan(2 * BURST.length)
      await happens(() => server.stream('a').close())
      await happens(() => pass(ENDLESS_MS))
      expect(page.last).toMatchObject({ text: BURST.repeat(2), status: 'done' })
      expectGrowing(page.results, BURST.repeat(2))
    },
  },
  'smooth-reconciles': {
    title: 'removes text that the server lost, reports it, and reveals what was written instead',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const page = mount({ client: smooth(open()), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('Stored. '))
      await happens(() => server.stream('a').write('Lost.', { isStored: false }))
      await watch(kit, page, 2 * LAG_MS)
      expect(page.screen).toBe('Stored. Lost.')
      const { length } = page.results
      await happens(() => server.stream('a').crash())
      await happens(() => server.stream('a').write('Written again.'))
      await happens(() => pass(5000))
      await happens(() => server.stream('a').close())
      await happens(() => pass(LAG_MS))
      expect(page.last).toMatchObject({ text: 'Stored. Written again.', status: 'done', isReconciled: true })
      const reconciled = page.results.slice(length).filter(({ isReconciled }) => isReconciled)
      expectGrowing(reconciled, 'Stored. Written again.')
      const texts = [...new Set(reconciled.map(({ text }) => text))]
      expect(texts.slice(0, 3)).toEqual(['Stored. ', 'Stored. W', 'Stored. Wr'])
    },
  },
  'smooth-stop': {
    title: 'shows the rest of the text at once when it is stopped, with status `stopped`',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const page = mount({ client: smooth(open(), { maxLagMs: ENDLESS_MS }), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write(BURST))
      await watch(kit, page, 100)
      expect(page.screen).not.toBe(BURST)
      await happens(() => page.last.stop())
      expect(page.last).toMatchObject({ text: BURST, status: 'stopped', connection: 'closed', error: undefined })
      for (const { status, text } of page.results) if (status === 'stopped') expect(text).toBe(BURST)
    },
  },
  'smooth-stop-elsewhere': {
    title: 'shows a stop by another client together with the whole text, no later than the lag',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const page = mount({ client: smooth(open()), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write(BURST))
      await watch(kit, page, 100)
      await happens(() => open().stream('a').stop())
      expect(page.last.status).toBe('streaming')
      await watch(kit, page, LAG_MS)
      expect(page.last).toMatchObject({ text: BURST, status: 'stopped' })
      for (const { status, text } of page.results) if (status === 'stopped') expect(text).toBe(BURST)
    },
  },
  'smooth-id-changes': {
    title: 'starts empty in the same render when the id changes mid-burst, and reveals no text twice when it returns',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const page = mount({ client: smooth(open(), { maxLagMs: ENDLESS_MS }), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write(BURST))
      await happens(() => pass(ENDLESS_MS / 2))
      let { length } = page.results
      await happens(() => page.apply({ id: 'b' }))
      expect(page.results[length]).toMatchObject({ id: 'b', text: '', status: 'pending', isCaughtUp: false })
      await happens(() => server.stream('b').write('text of b'))
      await happens(() => server.stream('a').write(BURST))
      await happens(() => pass(ENDLESS_MS / 2))
      for (const { id, text } of page.results.slice(length))
        expect(id === 'b' && 'text of b'.startsWith(text)).toBe(true)
      expect(page.screen.length).toBeGreaterThan(1)
      expect(page.screen.length).toBeLessThan(9)
      ;({ length } = page.results)
      await happens(() => page.apply({ id: 'a' }))
      expect(page.results[length]).toMatchObject({ id: 'a' })
      expect(page.screen).toBe(BURST.repeat(2))
      for (const { id, text } of page.results.slice(length))
        expect([id, text.length >= BURST.length]).toEqual(['a', true])
    },
  },
  'smooth-renders-once-a-frame': {
    title: 'renders once a frame while a burst is revealed, and not at all afterwards',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const page = mount({ client: smooth(open(), { maxLagMs: ENDLESS_MS }), id: 'a', start: true })
      // React's StrictMode calls a component twice for each render.
      const each = page.results.length
      await happens()
      await happens(() => server.stream('a').write(BURST.repeat(1000)))
      await happens(paint)
      const count = page.results.length
      for (let frame = 1; frame <= 10; frame++) {
        await happens(paint)
        expect(page.results.length).toBe(count + frame * each)
      }
      await happens(() => hide(true))
      const { length } = page.results
      await happens(() => pass(1000))
      expect(page.results.length).toBe(length)
    },
  },
  'smooth-leaves-nothing': {
    title: 'leaves no timer, no frame and no listener when it unmounts mid-burst',
    async run(kit) {
      const { server, open, mount, happens } = kit
      const listening = vi.spyOn(document, 'addEventListener')
      const client = smooth(open(), { maxLagMs: ENDLESS_MS })
      const page = mount({ client, id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write(BURST))
      await happens(paint)
      const { $state } = client.stream('a')
      const signals = listening.mock.calls.flatMap(([type, , options]) =>
        type === 'visibilitychange' ? [(options as { signal: AbortSignal }).signal] : [],
      )
      // The client's listener and the burst's listener.
      expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
      page.unmount()
      const { length } = page.results
      await happens(() => pass(GRACE_MS))
      expect(vi.getTimerCount()).toBe(0)
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
      expect($state.lc).toBe(0)
      expect(page.results).toHaveLength(length)
    },
  },
} satisfies Scenarios

/** Mounts a component that shows a part of a burst, and no more of it within the next frames. */
async function openInMidBurst({ server, open, mount, happens }: Kit) {
  const client = smooth(open(), { maxLagMs: ENDLESS_MS })
  const page = mount({ client, id: 'a', start: true })
  await happens()
  await happens(() => server.stream('a').write(BURST))
  await happens(() => pass(15_700))
  expect(page.screen).toBe(BURST.slice(0, 10))
  return Object.assign(page, { client })
}

/** Lets the browser paint for `ms`, and returns what was on the screen at each frame. */
async function watch({ happens }: Kit, page: Page, ms: number): Promise<string[]> {
  const shown: string[] = []
  const untilMs = Date.now() + ms
  while (Date.now() < untilMs) {
    await happens(paint)
    shown.push(page.screen)
  }
  return shown
}

/** Checks that new text is not shown at once, but all of it after the lag. */
async function expectRevealed(kit: Kit, page: Page, known: string) {
  const stream = kit.server.stream(page.last.id ?? '')
  await kit.happens(() => stream.write(BURST))
  const shown = await watch(kit, page, 2 * LAG_MS)
  expect(new Set(shown).size).toBeGreaterThan(10)
  expect(page.screen).toBe(known + BURST)
  expectGrowing(page.results, known + BURST)
}

function hide(isHidden: boolean) {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(isHidden)
  document.dispatchEvent(new Event('visibilitychange'))
}

import type { Initial } from '@keepstream/core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildBrowser, buildServer, type Framework, frameworks } from '../bindings/ssr/build-pages'
import type { PageData, ServerModule } from '../bindings/ssr/pages/page-types'
import { findChromium } from '../runner/chromium.mjs'
import { casesFrom } from '../support/is-long-run'
import { connectChromium } from '../support/playground-page'
import { openPage } from './open-page'
import { type PageServer, startPageServer } from './page-server'

const chromiumPath = findChromium()
const text = 'one <b>5 > 4 & "so"</b></script> '
/** What the page shows first. With the epoch of the stored text the client reads no text again. */
const shown = { text, status: 'streaming' } as const
const origin = { origin: { epoch: 1, base: 0 } }
const initial = { ...shown, ...origin } as const
const names = ['early', 'late'] as const
const consoleMessage = /^(error|warning): /m

/** Solid runs no effects of a page until all code that hydration waits for has arrived. */
const delaysEffects = new Set<Framework>(['solid'])

/** The deliberate mismatches that a framework reports in the console. Others show only in what is rendered. */
const reportedMismatches: Record<Framework, string[]> = {
  react: ['text', 'status'],
  vue: ['text', 'status'],
  svelte: [],
  solid: ['status'],
}

describe.skipIf(chromiumPath === undefined)('a server-rendered page in Chromium', () => {
  let browser: Browser
  /** Each test has a server of its own, and so an origin of its own. */
  let page: Page
  beforeAll(async () => {
    browser = await connectChromium()
    page = await browser.newPage()
  })
  afterAll(() => browser?.close())

  describe.each(frameworks)('%s', (framework) => {
    let module: ServerModule
    let browserDir: string
    let server: PageServer
    beforeAll(async () => {
      module = await buildServer(framework)
      browserDir = await buildBrowser(framework)
    })
    beforeEach(async () => {
      server = await startPageServer(module, browserDir)
    })
    afterEach(async () => {
      await page.goto('about:blank')
      await server.close()
    })

    const open = (data: PageData, browserData?: PageData) => openPage(page, server.publish(data, browserData))

    it('hydrates without a mismatch and continues from the end of the rendered text', async () => {
      const id = await server.beginStream(text)
      const page = await open({ id, initial })
      await server.write(id, 'two ')
      expect(await page.read('early')).toEqual({ ...shown, connection: 'idle' })
      expect(server.requests()).toEqual([])

      await page.hydrate()
      await page.until('early', { text: `${text}two `, status: 'streaming', connection: 'live' })
      await server.write(id, 'three')
      await server.finish(id)
      await page.until('early', { text: `${text}two three`, status: 'done', connection: 'closed' })
      expect((await page.rendered('early'))[0]).toEqual({ ...shown, connection: 'idle' })
      expect(await page.problems()).toEqual([])
      expect(server.requests()).toEqual([`GET ${id} ${text.length}`])
    })

    it('joins from the end of the rendered text when it drives a stream that had begun by then', async () => {
      const id = await server.beginStream(text)
      const page = await open({ id, initial, start: true })
      await page.hydrate()
      await server.write(id, 'two')
      await server.finish(id)
      await page.until('early', { text: `${text}two`, status: 'done' })
      expect(await page.problems()).toEqual([])
      expect(server.requests()).toEqual([`POST ${id} ${text.length}`])
    })

    it.each(casesFrom<Initial | undefined>(undefined, { text: '', status: 'pending' }))(
      'drives once a stream that was not driven when the page was rendered, with %o',
      async (initial) => {
        const id = await server.createStream()
        const page = await open({ id, start: true, initial })
        await page.hydrate()
        await page.until('early', { connection: 'live' })
        await server.write(id, text)
        await server.finish(id)
        await page.until('early', { text, status: 'done' })
        expect((await page.rendered('early'))[0]).toEqual({ text: '', status: 'pending', connection: 'idle' })
        expect(await page.problems()).toEqual([])
        expect(server.requests()).toEqual([`POST ${id}`])
      },
    )

    it.each(casesFrom<'done' | 'stopped'>('done', 'stopped'))(
      'sends no request when the text was %s',
      async (status) => {
        const page = await open({ id: 'a', start: true, initial: { text, status }, hasLate: true })
        await page.hydrate()
        await page.arrive()
        for (const name of names) {
          expect(await page.read(name)).toEqual({ text, status, connection: 'closed' })
          expect(await page.rendered(name)).not.toEqual([])
        }
        expect(await page.problems()).toEqual([])
        expect(server.requests()).toEqual([])
      },
    )

    it('hydrates without a mismatch while there is no id', async () => {
      const page = await open({ initial, start: true, hasLate: true })
      await page.hydrate()
      await page.arrive()
      for (const name of names) {
        expect(await page.read(name)).toEqual({ text: '', status: 'pending', connection: 'idle' })
        expect(await page.rendered(name)).not.toEqual([])
      }
      expect(await page.problems()).toEqual([])
      expect(server.requests()).toEqual([])
    })

    it.each(casesFrom<'streaming' | 'done'>('streaming', 'done'))(
      'hydrates a late boundary without a mismatch, although the text has grown meanwhile and is %s',
      async (status) => {
        const id = await server.beginStream(text)
        const page = await open({ id, initial, hasLate: true })
        await page.hydrate()
        await server.write(id, 'two ')
        if (status === 'done') await server.finish(id)
        await page.readElsewhere(`${text}two `)
        await page.until('early', delaysEffects.has(framework) ? shown : { text: `${text}two `, status })
        expect(await page.read('late')).toEqual({ ...shown, connection: 'idle' })
        expect(await page.rendered('late')).toEqual([])

        await page.arrive()
        for (const name of names) await page.until(name, { text: `${text}two `, status })
        expect((await page.rendered('late'))[0]).toEqual({ ...shown, connection: 'idle' })
        if (status === 'streaming') await server.write(id, 'three')
        if (status === 'streaming') await server.finish(id)
        const whole = `${text}two ${status === 'streaming' ? 'three' : ''}`
        for (const name of names) await page.until(name, { text: whole, status: 'done', connection: 'closed' })
        expect(await page.problems()).toEqual([])
        expect(server.requests()).toEqual([`GET ${id} ${text.length}`])
      },
    )

    it.each(casesFrom({ length: 'shorter', own: 'one ' }, { length: 'longer', own: `${text}two` }))(
      'hydrates a boundary that was rendered with a $length text than the rest of the page',
      async ({ own }) => {
        const id = await server.beginStream(text)
        const lateShown = { text: own, status: 'streaming' } as const
        const page = await open({ id, initial, hasLate: true, lateInitial: { ...lateShown, ...origin } })
        await page.arrive()
        await page.hydrate()
        // The page receives new text only after it is fully hydrated.
        await server.write(id, 'two three')
        for (const name of names) await page.until(name, { text: `${text}two three`, connection: 'live' })
        expect((await page.rendered('early'))[0]).toEqual({ ...shown, connection: 'idle' })
        expect((await page.rendered('late'))[0]).toEqual({ ...lateShown, connection: 'idle' })
        expect(await page.problems()).toEqual([])
        const known = delaysEffects.has(framework) ? Math.max(text.length, own.length) : text.length
        expect(server.requests()).toEqual([`GET ${id} ${known}`])
      },
    )

    it('hydrates a late boundary that was rendered without a text, and shows the text there is by then', async () => {
      const id = await server.beginStream(text)
      const page = await open({ id, hasLate: true })
      await page.hydrate()
      await page.readElsewhere(text)
      await page.arrive()
      await server.finish(id)
      for (const name of names) await page.until(name, { text, status: 'done', connection: 'closed' })
      const problems = await page.problems()
      if (framework === 'svelte') {
        // A Svelte store cannot detect hydration. Without `initial` it shows the current text, and Svelte repairs the
        // page.
        expect(problems).toHaveLength(1)
        expect(problems[0]).toMatch(/^late was hydrated with \{"text":"one /)
      } else expect(problems).toEqual([])
      expect(server.requests()).toEqual([`GET ${id} 0`])
    })

    it('counts offsets in the original text, although the browser turns CR into LF in the page', async () => {
      const begun = 'one\r\ntwo\r'
      const id = await server.beginStream(begun)
      const page = await open({ id, initial: { text: begun, status: 'streaming', ...origin } })
      expect((await page.read('early')).text).toBe('one\ntwo\n')
      await page.hydrate()
      await server.write(id, '\nthree')
      await server.finish(id)
      await page.until('early', { text: 'one\r\ntwo\r\nthree', status: 'done' })
      expect((await page.problems()).filter((problem) => consoleMessage.test(problem))).toEqual([])
      expect(server.requests()).toEqual([`GET ${id} ${begun.length}`])
    })

    it.each(
      casesFrom<{ what: 'text' | 'status'; other: Initial }>(
        { what: 'text', other: { text: 'something else', status: 'streaming' } },
        { what: 'status', other: { text, status: 'done' } },
      ),
    )('this test detects a page that hydrates with another $what than was rendered', async ({ what, other }) => {
      const id = await server.beginStream(text)
      const page = await open({ id, initial, hasLate: true }, { initial: other })
      await page.hydrate()
      await page.arrive()
      const problems = (await page.problems()).join('\n')
      expect(problems).toContain('early was hydrated with')
      expect(consoleMessage.test(problems), problems).toBe(reportedMismatches[framework].includes(what))
    })
  })
})

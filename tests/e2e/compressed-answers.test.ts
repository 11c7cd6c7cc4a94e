import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { answerPieces, answerText } from '../support/answer-text.mjs'
import { coreImports, serveCoreScript } from '../support/core-scripts'
import { startCuttingProxy } from '../support/cutting-proxy'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { connectChromium } from '../support/playground-page'

const chromiumPath = findChromium()
const seed = 61
const count = 3_000
const text = answerText(seed, count)

const script = `<script type="module">
  import { createStreamClient, keepstream } from '@keepstream/core'
  globalThis.readStream = (url, id) =>
    new Promise((resolve) => createStreamClient(keepstream({ url })).stream(id).attach({ onEnd: resolve }))
</script>`

describe.skipIf(chromiumPath === undefined)('a finished answer in a browser', () => {
  let browser: Browser
  let server: MemoryServer
  let id: string
  beforeAll(async () => {
    browser = await connectChromium()
    server = await startMemoryServer(async function* () {
      yield* answerPieces(seed, count)
    })
    id = await server.streams.createStream()
    await (await fetch(`${server.url}/${id}/drive`, { method: 'POST' })).text()
  })
  afterAll(async () => {
    await server?.close()
    await browser?.close()
  })

  /** A page of the same origin, with the scripts of the core. */
  async function openPage(url = server.url) {
    const page = await browser.newPage()
    const { origin } = new URL(url)
    await page.route(`${origin}/page`, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<!doctype html>${coreImports}${script}` }),
    )
    await page.route(/\/(core|nanostores|eventsource-parser)\//, async (route) => {
      const script = await serveCoreScript(new URL(route.request().url()).pathname)
      await route.fulfill({ contentType: 'text/javascript', body: await script.text() })
    })
    await page.goto(`${origin}/page`)
    // With routes the browser has no cache.
    await page.unrouteAll()
    return page
  }

  it('comes compressed, and is whole in every form', async () => {
    const page = await openPage()
    const read = await page.evaluate(async (url) => {
      /** The bytes on the wire for each byte of the response. */
      const ratio = () => {
        const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
        const last = entries.filter(({ name }) => name === url).at(-1)
        return last ? last.encodedBodySize / last.decodedBodySize : Infinity
      }
      const json = await (await fetch(url)).json()
      const ratios = [ratio()]
      const plain = await (await fetch(url, { headers: { accept: 'text/plain' } })).text()
      ratios.push(ratio())
      let events = ''
      const source = new EventSource(url)
      source.onmessage = ({ data }) => {
        events += JSON.parse(data)
      }
      await new Promise<void>((resolve) => source.addEventListener('end', () => resolve()))
      source.close()
      return { texts: [json.text, plain, events], ratios }
    }, `${server.url}/${id}`)
    expect(read.texts.map((got) => got === text)).toEqual([true, true, true])
    expect(Math.max(...read.ratios)).toBeLessThan(0.6)
    await page.close()
  })

  it('is shown by the client, and the browser takes an unchanged one from its cache', async () => {
    const page = await openPage()
    const read = await page.evaluate(
      async ([url = '', id = '']) => {
        const { readStream } = globalThis as unknown as {
          readStream(url: string, id: string): Promise<{ text: string; status: string }>
        }
        const shown = await readStream(url, id)
        const once = () => fetch(`${url}/${id}`, { headers: { accept: 'application/json' } })
        const [first, second] = [await once(), await once()]
        const tags = [first, second].map(({ headers }) => headers.get('etag'))
        const texts = [shown.text, (await first.json()).text, (await second.json()).text]
        const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
        return { status: shown.status, texts, tags, transferSize: entries.at(-1)?.transferSize }
      },
      [server.url, id],
    )
    expect(read.status).toBe('done')
    expect(read.texts.map((got) => got === text)).toEqual([true, true, true])
    expect(read.tags[0]).toContain('.gzip"')
    expect(read.tags[1]).toBe(read.tags[0])
    // A 304 transfers only headers.
    expect(read.transferSize).toBeLessThan(1_000)
    await page.close()
  })

  it('that is cut is not taken for whole', async () => {
    const proxy = await startCuttingProxy(server.port, (path) =>
      path.endsWith(id) ? { bytes: 3_000, place: 'anywhere' } : undefined,
    )
    const url = `http://127.0.0.1:${proxy.port}/streams`
    const page = await openPage(url)
    const outcomes = await page.evaluate(async (url) => {
      const read = (accept: string) =>
        fetch(url, { headers: { accept }, cache: 'no-store' })
          .then((response) => response.text())
          .then(
            () => 'whole',
            () => 'failed',
          )
      return [await read('text/plain'), await read('application/json'), await read('application/vnd.keepstream')]
    }, `${url}/${id}`)
    expect(outcomes).toEqual(['failed', 'failed', 'failed'])
    expect(proxy.cuts.anywhere).toBe(3)
    await page.close()
    await proxy.close()
  })
})

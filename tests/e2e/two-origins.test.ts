import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chromiumArgs, findChromium } from '../runner/chromium.mjs'
import { type ReadInPage, startTwoOrigins, type TwoOrigins } from '../support/two-origins'

const executablePath = findChromium()

/** A page and an API of one site, and a page of another; plain http, where browsers send no `Sec-Fetch-Site`. */
const [app, api, stranger] = ['app.example.test', 'api.example.test', 'app.stranger.test']
const text = 'A text of another origin.'
const traced = { 'sentry-trace': 'a1-b2-1', traceparent: '00-a1-b2-01', baggage: 'env=test', 'x-own': '1' }

describe.skipIf(executablePath === undefined)('a page and a server of two origins, in Chromium', () => {
  let browser: Browser
  let server: TwoOrigins
  beforeAll(async () => {
    const names = '--host-resolver-rules=MAP *.test 127.0.0.1'
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...chromiumArgs, names] })
  })
  afterAll(() => browser?.close())
  afterEach(() => server.close())

  async function open(host: string, cookies: readonly string[] = []): Promise<Page> {
    const context = await browser.newContext()
    await context.addCookies(cookies.map((domain) => ({ name: 'session', value: 'ada', domain, path: '/' })))
    const page = await context.newPage()
    await page.goto(server.pageUrl(host))
    return page
  }

  /** Drives, follows and stops a new stream from a page. */
  async function read(page: Page, options: { url: string; credentials?: string; headers?: object }) {
    const id = await server.streams.createStream()
    const reported: ReadInPage = await page.evaluate(
      ([id, options]) =>
        (globalThis as unknown as { readStream(...given: unknown[]): Promise<ReadInPage> }).readStream(id, options),
      [id, options] as const,
    )
    const { status } = await server.streams.getStreamBody(id)
    await page.context().close()
    return { ...reported, stored: status }
  }

  const requests = (method: string) => server.seen.filter((request) => request.method === method)

  it('reads with the headers that its libraries add, without cookies', async () => {
    server = await startTwoOrigins((origin) => ({
      allowedOrigins: [origin(app)],
      authorize: ({ request }) => request.headers.get('authorization') === 'Bearer ada',
    }))
    const headers = { authorization: 'Bearer ada', ...traced }
    const reported = await read(await open(app, [api]), { url: server.streamsUrl(api), headers })
    expect(reported).toMatchObject({ text, status: 'stopped' })
    const asked = requests('OPTIONS').map(({ headers }) => headers.get('access-control-request-headers'))
    expect(asked).toContain('authorization,baggage,sentry-trace,traceparent,x-own')
    for (const { headers } of [...requests('POST'), ...requests('GET')]) {
      expect([headers.get('traceparent'), headers.get('cookie')]).toEqual([traced.traceparent, null])
    }
  })

  it('reads with cookies, once the server says that it may', async () => {
    const authorize = ({ request }: { request: Request }) => request.headers.get('cookie') === 'session=ada'
    server = await startTwoOrigins((origin) => ({ allowedOrigins: [origin(app)], allowCredentials: true, authorize }))
    const options = { credentials: 'include', headers: traced }
    const reported = await read(await open(app, [api]), { url: server.streamsUrl(api), ...options })
    expect(reported).toMatchObject({ text, status: 'stopped' })
    for (const { headers } of requests('OPTIONS')) expect(headers.get('cookie')).toBeNull()
    expect([...requests('POST'), ...requests('GET')].length).toBeGreaterThanOrEqual(3)
    await server.close()

    server = await startTwoOrigins((origin) => ({ allowedOrigins: [origin(app)], authorize }))
    const refused = await read(await open(app, [api]), { url: server.streamsUrl(api), ...options })
    expect(refused).toMatchObject({ text: '', error: 'network', stored: 'pending' })
  })

  it('is let in from a listed origin alone, with cookies or without', async () => {
    server = await startTwoOrigins((origin) => ({ allowedOrigins: [origin(app)], allowCredentials: true }))
    for (const options of [{ credentials: 'include' }, { credentials: 'omit', headers: traced }]) {
      const reported = await read(await open(stranger, [api]), { url: server.streamsUrl(api), ...options })
      expect(reported).toMatchObject({ text: '', error: 'network', stored: 'pending' })
      expect(reported.message).toContain('allowedOrigins')
    }
  })

  it('reports that a proxy rewrites Host, and what to do', async () => {
    server = await startTwoOrigins(() => ({}))
    const reported = await read(await open(app), { url: '/streams' })
    expect(reported).toMatchObject({ text: '', error: 'forbidden', serverCode: 'cross-origin', stored: 'pending' })
    expect(requests('POST')[0]?.headers.get('sec-fetch-site')).toBeNull()
  })
})

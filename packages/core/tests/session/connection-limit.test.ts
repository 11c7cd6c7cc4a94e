import { createStreamClient, type Environment, keepstream } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { connectionLimit } from '../../src/session/connection-limit'
import { settle, useFakeTime } from '../support/fake-time'

/** A page with these entries of its timeline, as `url protocol`. */
function page(...entries: string[]): Environment {
  return {
    setTimeout,
    clearTimeout,
    location: { href: 'https://app.example/chat/1' },
    navigator: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0' },
    performance: {
      getEntries: () =>
        entries.map((entry) => {
          const [name = '', nextHopProtocol] = entry.split(' ')
          return { name, nextHopProtocol }
        }),
    },
  }
}

const own = 'https://app.example/chat/1'

describe('the limit of connections', () => {
  it.each([
    ['h2', 90],
    ['h3', 90],
    ['h3-29', 90],
    ['http/1.1', 4],
    ['http/1.0', 4],
    // A page from a cache or a service worker.
    ['', 4],
  ])('to the server of a page that came over %j is %i', (protocol, limit) => {
    const environment = page(`${own} ${protocol}`)
    expect(connectionLimit(environment, '/streams')).toBe(limit)
    expect(connectionLimit(environment, 'streams')).toBe(limit)
    expect(connectionLimit(environment, '')).toBe(limit)
    expect(connectionLimit(environment, 'https://app.example/streams')).toBe(limit)
  })

  it('to another server does not depend on the page, but on what the browser reports of that server', () => {
    const url = 'https://api.example/streams'
    expect(connectionLimit(page(`${own} h2`), url)).toBe(4)
    expect(connectionLimit(page(`${own} http/1.1`, 'https://api.example/streams/1 h2'), url)).toBe(90)
    expect(connectionLimit(page(`${own} h2`, 'https://api.example/streams/1 http/1.1'), url)).toBe(4)
    // Without `Timing-Allow-Origin`, the browser reports no protocol.
    expect(connectionLimit(page(`${own} h2`, 'https://api.example/streams/1'), url)).toBe(4)
    for (const other of ['https://api.example.org/streams', 'https://api.example:8443/streams', 'http://api.example/'])
      expect(connectionLimit(page(`${own} h2`, `${other} h2`), url)).toBe(4)
  })

  it('is that of the protocol which was used last', () => {
    const cached = 'https://app.example/logo.svg'
    expect(connectionLimit(page(`${own} `, 'https://app.example/app.js h2', cached), '/streams')).toBe(90)
    expect(connectionLimit(page(`${own} h2`, 'https://app.example/app.js http/1.1'), '/streams')).toBe(4)
  })

  it('is 4 where nothing is known', () => {
    const { setTimeout: wait, clearTimeout: cancel } = globalThis
    expect(connectionLimit({ setTimeout: wait, clearTimeout: cancel }, '/streams')).toBe(4)
    expect(connectionLimit({ ...page(`${own} h2`), performance: undefined }, '/streams')).toBe(4)
    expect(connectionLimit(page(`${own} h2`))).toBe(4)
    const frame = { ...page(`${own} h2`), location: { href: 'about:srcdoc' } }
    expect(connectionLimit(frame, '/streams')).toBe(4)
    expect(connectionLimit(frame, 'https://app.example/streams')).toBe(90)
  })

  it.each([
    ['Node.js/22', 90],
    ['Deno/2.5.0', 90],
    ['Bun/1.3.0', 90],
    ['Cloudflare-Workers', 4],
    ['Mozilla/5.0 (Linux) jsdom/27.0.0', 4],
    ['', 4],
  ])('in %j is %i', (userAgent, limit) => {
    expect(connectionLimit({ ...page(), navigator: { userAgent } }, 'http://localhost:3000/streams')).toBe(limit)
  })
})

describe('a client over HTTP/2', () => {
  useFakeTime()

  it.each([
    ['h2', undefined, 8],
    ['http/1.1', undefined, 4],
    ['h2', 2, 2],
    ['http/1.1', 8, 8],
  ])('(%s) with the option `maxLive` %s opens %i of eight connections at once', async (protocol, maxLive, count) => {
    const tails: string[] = []
    const fetch = async (url: string) => {
      if (/offset=0$/.test(url)) tails.push(url)
      return new Promise<never>(() => {})
    }
    const client = createStreamClient({
      ...keepstream({ url: '/streams', fetch }),
      environment: page(`${own} ${protocol}`),
      maxLive,
    })
    for (let id = 0; id < 8; id++) client.stream(String(id)).attach()
    await settle()
    // One more is the short read of the first that waits.
    expect(tails).toHaveLength(count < 8 ? count + 1 : count)
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createApp } from '../server/app'
import { readPageFiles } from '../server/routes/page-files'
import { samplePage } from './sample-page'

const files = new Map([['docs/guide.md', '# Guide\n\n## A part\n\n<b onclick="x()">raw</b> text\n\n## A part']])
const app = createApp({
  about: { answeredBy: 'documentation' },
  chats: undefined as never, // nothing here reads a conversation
  createStream: async () => 'none',
  deleteStream: async () => false,
  streams: (request) => new Response(new URL(request.url).pathname),
  page: samplePage,
  files,
})
const get = (path: string) => app.request(path)

describe('serving the page', () => {
  it('serves each file as what it is, and lets only hashed ones be kept', async () => {
    const script = await get('/assets/index-1a2b.js')
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/)
    expect(script.headers.get('cache-control')).toContain('immutable')
    const icon = await get('/favicon.svg')
    expect(icon.headers.get('content-type')).toBe('image/svg+xml')
    expect(icon.headers.get('cache-control')).toBe('no-cache')
  })

  it('gives the page itself for every path of its router, and 404 for others', async () => {
    for (const path of ['/', '/c/abc_-1', '/c/abc?view=follower']) {
      const response = await get(path)
      expect([response.status, response.headers.get('content-type')], path).toEqual([200, 'text/html; charset=utf-8'])
    }
    for (const path of ['/assets/missing.js', '/nothing', '/c/a/b', '/api/nothing', '/library/missing.md']) {
      const response = await get(path)
      expect(response.status, path).toBe(404)
      expect(await response.json(), path).toMatchObject({ code: 'not-found' })
    }
  })

  it('lets no path lead out of its folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'playground-'))
    try {
      mkdirSync(join(folder, 'page/assets'), { recursive: true })
      writeFileSync(join(folder, 'secret.txt'), 'secret')
      writeFileSync(join(folder, 'page/index.html'), 'page')
      writeFileSync(join(folder, 'page/assets/a.js'), 'a')
      const page = await readPageFiles(join(folder, 'page'))
      expect([...page.keys()].sort()).toEqual(['/assets/a.js', '/index.html'])

      const served = createApp({
        about: { answeredBy: 'documentation' },
        chats: undefined as never,
        createStream: async () => '',
        deleteStream: async () => false,
        streams: () => new Response(),
        page,
        files,
      })
      for (const path of [
        '/../secret.txt',
        '/%2e%2e/secret.txt',
        '/..%2fsecret.txt',
        '/assets/..%5c..%5csecret.txt',
        '/%',
      ]) {
        const response = await served.request(path)
        expect(await response.text(), path).not.toContain('secret')
        expect(response.status, path).toBe(404)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('sends a policy that allows no script but its own', async () => {
    const { headers } = await get('/')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
  })

  it('hands everything below /api/streams/ to the streams', async () => {
    expect(await (await get('/api/streams/abc')).text()).toBe('/api/streams/abc')
    const drive = await app.request('/api/streams/abc/drive', { method: 'POST' })
    expect(await drive.text()).toBe('/api/streams/abc/drive')
  })
})

describe('the documentation’s pages', () => {
  it('have the anchors that answers link to, and show raw HTML as text', async () => {
    const text = await (await get('/library/docs/guide.md')).text()
    expect(text).toContain('<h2 id="a-part">')
    expect(text).toContain('<h2 id="a-part-1">')
    expect(text).not.toContain('<b onclick')
    expect(text).toContain('&lt;b onclick')
  })
})

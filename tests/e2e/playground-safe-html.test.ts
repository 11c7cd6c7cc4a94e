import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { connectChromium } from '../support/playground-page'

const chromiumPath = findChromium()
let browser: Browser
let page: Page

describe.skipIf(chromiumPath === undefined)('HTML that the markdown renderer let through by mistake', () => {
  beforeAll(async () => {
    browser = await connectChromium()
    page = await browser.newPage()
    await page.addScriptTag({ content: await buildSanitizer() })
  })
  afterAll(() => browser?.close())

  it.each([
    ['<script>alert(1)</script>', ''],
    ['<img src="x" onerror="alert(1)">', ''],
    ['<svg onload="alert(1)"></svg>', ''],
    ['<iframe srcdoc="<script>alert(1)</script>"></iframe>', ''],
    ['<style>body { display: none }</style>', ''],
    ['<form action="https://evil.test"><input name="a"><button>Send</button></form>', 'Send'],
    ['<em onclick="alert(1)">text</em>', '<em>text</em>'],
    ['<a href="javascript:alert(1)">text</a>', '<a>text</a>'],
  ])('neither runs, nor loads, nor asks: %s', async (html, left) => {
    expect(await sanitize(`<div>a ${html} b</div>`)).toBe(`<div>a ${left} b</div>`)
  })

  it('is shown as far as it is harmless', async () => {
    const html = '<p><strong>b</strong> <a href="https://a.test/" target="_blank" rel="noopener noreferrer">a</a></p>'
    const left = await sanitize(html)
    for (const part of ['<strong>b</strong>', 'href="https://a.test/"', 'target="_blank"', 'rel="noopener noreferrer"'])
      expect(left).toContain(part)
  })
})

function sanitize(html: string): Promise<string> {
  return page.evaluate((text) => (globalThis as unknown as Sanitizer).sanitizer.toSafeHtml(text), html)
}

interface Sanitizer {
  readonly sanitizer: { toSafeHtml(markdown: string): string }
}

/** The playground's own `toSafeHtml`, over a renderer that passes everything on. */
async function buildSanitizer(): Promise<string> {
  const entry = fileURLToPath(new URL('../../playground/src/panes/shared/markdown/to-safe-html.ts', import.meta.url))
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'pass-on',
        enforce: 'pre',
        resolveId: (id) => (id === './to-html' ? '\0to-html' : undefined),
        load: (id) => (id === '\0to-html' ? 'export const toHtml = (markdown) => markdown' : undefined),
      },
    ],
    build: { write: false, minify: false, lib: { entry, name: 'sanitizer', formats: ['iife'] } },
  })
  const [bundled] = [result].flat()
  const chunk = bundled && 'output' in bundled ? bundled.output[0] : undefined
  if (chunk?.type !== 'chunk') throw new Error('toSafeHtml was not built')
  return chunk.code
}

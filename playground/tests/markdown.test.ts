import { describe, expect, it } from 'vitest'
import { createSections } from '../src/panes/shared/markdown/create-sections'
import { settleTail } from '../src/panes/shared/markdown/settle-tail'
import { splitBlocks } from '../src/panes/shared/markdown/split-blocks'
import { toHtml } from '../src/panes/shared/markdown/to-html'

describe('markdown made safe', () => {
  it('shows raw HTML as it is written', () => {
    for (const source of [
      '<script>alert(1)</script>',
      'a <img src=x onerror=alert(1)> b',
      '<svg/onload=alert(1)>',
      '<!-- x -->',
    ]) {
      const html = toHtml(source)
      expect(html, source).not.toMatch(/<(?:script|img|svg|!--)/)
      expect(html, source).toContain('&lt;')
    }
  })

  it('loads no picture', () => {
    const html = toHtml('![a "chart"](https://evil.test/p.png)')
    expect(html).not.toContain('<img')
    expect(html).not.toContain('evil')
    expect(html).toContain('a &quot;chart&quot;')
  })

  it('links only to the web and into the site, without an opener', () => {
    expect(toHtml('[x](https://a.test/?q="1")')).toContain('rel="noopener noreferrer"')
    expect(toHtml('[x](/library/docs/design.md#a)')).toContain('href="/library/docs/design.md#a"')
    for (const href of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      '//evil.test',
      '/\\\\evil.test',
      'vbscript:x',
    ]) {
      expect(toHtml(`[label](${href})`), href).not.toContain('href')
      expect(toHtml(`[label](${href})`), href).toContain('label')
    }
    expect(toHtml('[x](&#106;avascript:alert(1))')).not.toContain('href')
  })

  it('keeps what it should show', () => {
    const html = toHtml('**b** `c<d>` \n\n```ts\nif (a < b) {}\n```\n\n| a |\n|---|\n| 1 |')
    expect(html).toContain('<strong>b</strong>')
    expect(html).toContain('c&lt;d&gt;')
    expect(html).toContain('if (a &lt; b) {}')
    expect(html).toContain('<table>')
  })
})

describe('blocks of a growing text', () => {
  const text = '# One\n\nfirst para\n\n```ts\nconst a = 1\n\nconst b = 2\n```\n\n> quote\n> more\n\n- a\n- b\n'

  it('are the text', () => {
    expect(splitBlocks(text).map(({ raw }) => raw.trim())).toEqual([
      '# One',
      'first para',
      '```ts\nconst a = 1\n\nconst b = 2\n```',
      '> quote\n> more',
      '- a\n- b',
    ])
  })

  it('never change once the next one has begun', () => {
    let settled: string[] = []
    for (let end = 0; end <= text.length; end++) {
      const blocks = splitBlocks(text.slice(0, end)).map(({ raw }) => raw.trim())
      expect(blocks.slice(0, settled.length)).toEqual(settled)
      settled = blocks.slice(0, -1)
    }
    expect(settled).toHaveLength(4)
  })
})

describe('markdown that is nested without end', () => {
  const cases = {
    quotes: '> '.repeat(3_000),
    lists: '- '.repeat(3_000),
    both: '> - '.repeat(3_000),
    steps: Array.from({ length: 200 }, (_, depth) => `${'  '.repeat(depth)}- `).join('x\n'),
    emphasis: `${'*a _b '.repeat(1_000)}${'b_ a* '.repeat(1_000)}`,
    links: `${'['.repeat(3_000)}a${'](/b)'.repeat(3_000)}`,
  }

  it.each(Object.entries(cases))('is shown to a depth that no page fails at: %s', (_, source) => {
    for (const settled of [source, settleTail(source)]) {
      const html = toHtml(`${settled}the end`)
      expect(html).toContain('the end')
      expect(depthOf(html)).toBeLessThan(60)
    }
    expect(splitBlocks(source).reduce((sum, { length }) => sum + length, 0)).toBe(source.length)
  })
})

describe('sections of a text', () => {
  const paragraphs = (count: number) => Array.from({ length: count }, (_, i) => `Paragraph ${i}.\n\n`).join('')

  it('are its blocks, however it grew', () => {
    const text = `# One\n\n${paragraphs(120)}- a\n- b\n\n> quote\r\n> more\r\n\r\n\`\`\`\r\ncode\r\n\r\n\`\`\`\r\nend`
    const toSections = createSections()
    for (let end = 0; end <= text.length; end += 1) {
      const shown = toSections(text.slice(0, end), true).flat()
      if (end % 50 === 0) expect(shown).toEqual(createSections()(text.slice(0, end), true).flat())
    }
    expect(toSections(text, false)).toEqual(createSections()(text, false))
    expect(toSections(text, false).map(({ length }) => length)).toEqual([50, 50, 25])
  })

  it('read each part of a growing text a bounded number of times, and keep settled sections', () => {
    let read = 0
    const toSections = createSections((markdown) => {
      read += markdown.length
      return splitBlocks(markdown)
    })
    const text = paragraphs(400)
    let before = toSections('', true)
    for (let end = 0; end < text.length; end += 15) {
      const sections = toSections(text.slice(0, end), true)
      // All but the last two are the very objects of before.
      for (const [index, section] of sections.slice(0, -2).entries()) {
        if (index < before.length - 2) expect(section).toBe(before[index])
      }
      before = sections
    }
    expect(read).toBeLessThan(8 * text.length)
  })

  it('start again with another text', () => {
    const toSections = createSections()
    toSections(paragraphs(200), true)
    expect(toSections('Another.', false)).toEqual([['Another.']])
    expect(toSections('', false)).toEqual([])
  })
})

/** How many elements are open at once. */
function depthOf(html: string): number {
  let depth = 0
  let deepest = 0
  for (const [tag] of html.matchAll(/<\/?[a-z][^>]*>/g)) {
    depth += tag.startsWith('</') ? -1 : 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

describe('the tail of a growing text', () => {
  it('shows an open mark as if it were closed, and of an unfinished link its label', () => {
    const cases = [
      ['see [docs, 3. Pro', 'see docs, 3. Pro'],
      ['see [docs]', 'see docs'],
      ['see [docs](', 'see docs'],
      ['see [docs](/library/a.md#b', 'see docs'],
      ['see [docs](/a) and', 'see [docs](/a) and'],
      ['run `npm sta', 'run `npm sta`'],
      ['run `', 'run '],
      ['run `a` and `[b', 'run `a` and `[b`'],
      ['a **bold wo', 'a **bold wo**'],
      ['a **bold ', 'a **bold**'],
      ['a **bold*', 'a **bold**'],
      ['a **', 'a '],
      ['a *', 'a '],
      ['> one `open\n> two', '> one `open\n> two'],
      ['```ts\nconst a = `x', '```ts\nconst a = `x'],
      ['- plain', '- plain'],
      ['> order:\n>\n> | case | a', '> order:\n>'],
      ['> order:\n>\n> | case | act |\n> |---', '> order:\n>'],
      ['| case | act |\n|---|---|', '| case | act |\n|---|---|'],
      ['| case | act |\n|---|---|\n| 0', '| case | act |\n|---|---|\n| 0'],
    ]
    for (const [written, shown] of cases) expect(settleTail(written ?? ''), written).toBe(shown)
  })

  it('never shows an address or an open mark, wherever a text is cut', () => {
    const text = 'The **lease** is `a.ts`, see [docs/design.md, 2](/library/docs/design.md#2-words) and **more**.'
    for (let end = 1; end < text.length; end++) {
      const html = toHtml(settleTail(text.slice(0, end)))
      expect(html.replace(/<[^>]*>/g, ''), text.slice(0, end)).not.toMatch(/library|[[\]`*]/)
    }
  })
})

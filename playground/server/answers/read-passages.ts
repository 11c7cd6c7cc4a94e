import { marked, type Token, type Tokens } from 'marked'
import { createHeadingSlugs } from './heading-slugs'
import type { Passage } from './passage'
import { plainText } from './plain-text'

const longParagraph = 400

/** Cuts a markdown file into passages: paragraphs, list items, table rows and whole code blocks, each with its headings. */
export function readPassages(file: string, markdown: string, firstId = 0): Passage[] {
  const passages: Passage[] = []
  const trail: { depth: number; text: string; slug: string }[] = []
  const slugOf = createHeadingSlugs()

  const add = (kind: Passage['kind'], source: string, text: string, tableHead?: string) => {
    if (text.trim() === '') return
    passages.push({
      id: firstId + passages.length,
      file,
      headings: trail.map((heading) => heading.text),
      slug: trail.at(-1)?.slug ?? '',
      kind,
      markdown: source.trimEnd(),
      text,
      ...(tableHead === undefined ? {} : { tableHead }),
    })
  }

  for (const token of marked.lexer(markdown) as Token[]) {
    switch (token.type) {
      case 'heading': {
        const { depth } = token as Tokens.Heading
        while ((trail.at(-1)?.depth ?? 0) >= depth) trail.pop()
        const text = plainText(token)
        trail.push({ depth, text, slug: slugOf(text) })
        break
      }
      case 'list':
        for (const item of (token as Tokens.List).items) add('text', item.raw, plainText(item))
        break
      case 'table': {
        const [head = '', rule = '', ...rows] = token.raw.trimEnd().split('\n').map(withoutPadding)
        for (const row of rows) add('row', row, plainRow(row), `${head}\n${rule}`)
        break
      }
      case 'code':
        add('code', token.raw, (token as Tokens.Code).text)
        break
      case 'paragraph':
        for (const lines of splitParagraph(token.raw)) add('text', lines, plainInline(lines))
        break
      case 'blockquote':
      case 'text':
        add('text', token.raw, plainText(token))
        break
    }
  }
  return passages
}

/** Removes the padding that aligns columns in the source. An answer would lose time writing spaces. */
function withoutPadding(row: string): string {
  return row.replace(/ {2,}/g, ' ').replace(/-{4,}/g, '---')
}

/** Splits a long paragraph at lines that end with a sentence, so that each part can be quoted alone. */
function splitParagraph(paragraph: string): string[] {
  return paragraph.length > longParagraph ? paragraph.split(/(?<=[.!?])\n/) : [paragraph]
}

function plainRow(row: string): string {
  return plainInline(row).replaceAll('|', ' ')
}

function plainInline(markdown: string): string {
  return plainText({ type: 'text', raw: markdown, tokens: marked.Lexer.lexInline(markdown) })
}

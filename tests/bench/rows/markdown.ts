import type { Framework } from '../../gates/extract-examples.mjs'
import type { ViewName } from '../../markdown/pages/views'
import { alternate } from '../harness/alternate'
import { frameworks, launchMarkdownPages, type MeasuredPage } from '../harness/markdown-page'
import type { Measured, Row } from '../row'

const titles: Record<Framework, string> = { react: 'React', vue: 'Vue', svelte: 'Svelte', solid: 'Solid' }

interface Kind {
  readonly title: string
  readonly ours: ViewName
  readonly whole: ViewName
  readonly atMost: number
  readonly length: number
  readonly textOf: (length: number) => string
}

const kinds: readonly Kind[] = [
  { title: '200 KB of markdown', ours: 'blocks', whole: 'whole', atMost: 4, length: 200_000, textOf: markdownOf },
  { title: '1 MB of plain text', ours: 'pieces', whole: 'one-node', atMost: 3, length: 1_000_000, textOf: linesOf },
]

const nameOf = (framework: Framework, { title }: Kind) => `${titles[framework]}, ${title}`

const whenMissed =
  'A frame that changes one short text costs most of it: style, layout, paint and what the framework does for one component.'

export const markdown: Row = {
  name: 'markdown',
  measures:
    "The CPU time of a page's main thread in Chromium for a frame in which 16 characters are added to a long text, with the components of docs/markdown.md; short text is the same component with 2 KB, and whole text is the same markdown component with all of the text, or one text node.",
  unit: 'ms',
  needs: ['chromium'],
  peers: ['short text', 'whole text'],
  comparisons: kinds.flatMap((kind) =>
    frameworks.map((framework) => ({ name: nameOf(framework, kind), goal: { atMost: kind.atMost }, whenMissed })),
  ),
  async run(context) {
    const { pick, progress } = context
    const open = await launchMarkdownPages(context)
    const measured: Record<string, Measured[string]> = {}
    for (const kind of kinds) {
      const { ours, whole, textOf } = kind
      const text = textOf(pick(kind.length, 20_000))
      for (const framework of frameworks) {
        progress(nameOf(framework, kind))
        const pages = {
          Keepstream: await open(framework, ours, text),
          'short text': await open(framework, ours, textOf(2_000)),
          'whole text': await open(framework, whole, text),
        }
        const run = (page: MeasuredPage, frames: number) => growing(page, textOf(50_000), frames)
        measured[nameOf(framework, kind)] = await alternate(
          {
            Keepstream: run(pages.Keepstream, pick(30, 3)),
            'short text': run(pages['short text'], pick(30, 3)),
            'whole text': run(pages['whole text'], pick(2, 1)),
          },
          pick(5, 1),
        )
        for (const page of Object.values(pages)) await page.close()
      }
    }
    return measured
  },
}

/** Adds the next characters of a text in so many frames, each time it is called. */
function growing(page: MeasuredPage, text: string, frames: number): () => Promise<number> {
  let at = 0
  return () => {
    const deltas = Array.from({ length: frames }, (_, frame) => text.slice(at + frame * 16, at + frame * 16 + 16))
    at += frames * 16
    return page.grow(deltas)
  }
}

const prose =
  'A stream is *one text* that only grows, and a `reader` is a place in it. The **model** writes a few [letters](https://example.com) at a time. '

/** Titles, paragraphs, lists, code and tables, as in an answer. */
function markdownOf(length: number): string {
  let text = ''
  for (let part = 1; text.length < length; part += 1) {
    text += `## Part ${part}\n\n${prose.repeat(3)}\n\n- one **item** of a list\n- another one with \`code\`\n- a third one\n\n`
    text += `\`\`\`js\n${`const value = compute(${part})\n`.repeat(8)}\`\`\`\n\n`
    text += `| name | value |\n|---|---|\n| one | ${part} |\n| two | ${part * 2} |\n\n`
  }
  return text
}

function linesOf(length: number): string {
  const line = `${prose.repeat(2)}\n`
  return line.repeat(Math.ceil(length / line.length))
}

import type { Fold } from '@keepstream/core/fold'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Framework } from '../gates/extract-examples.mjs'
import { type AnswerName, loadExample, type MountedAnswer, mountAnswer } from './support/mount-answer'

interface Node {
  readonly value?: string
  readonly children?: readonly Node[]
}

/** The texts that markdown components rendered, in their order, without their marks. */
const rendered: string[] = []

const textOf = ({ value = '', children = [] }: Node): string => value + children.map(textOf).join('')

vi.mock('remark-gfm', async (load) => {
  const { default: gfm } = await load<typeof import('remark-gfm')>()
  return {
    default(this: ThisParameterType<typeof gfm>) {
      gfm.call(this)
      return (tree: Node) => void rendered.push(textOf(tree))
    },
  }
})

const frameworks: Framework[] = ['react', 'vue', 'svelte', 'solid']

describe.each(frameworks)('the components of docs/markdown.md for %s', (framework) => {
  let answer: MountedAnswer | undefined

  afterEach(() => {
    answer?.leave()
    answer = undefined
  })

  async function show(name: AnswerName, text: string, last: string): Promise<MountedAnswer> {
    answer = await mountAnswer(framework, name, text)
    await shows(last)
    return answer
  }

  const shows = (text: string) => vi.waitFor(() => expect(answer?.target.textContent).toContain(text), 20_000)

  it('render the open block again, and no other', async () => {
    const parts = Array.from({ length: 60 }, (_, part) => `## Part ${part}\n\nSome **bold** text.\n\n`)
    const { target, push } = await show('MarkdownAnswer', `${parts.join('')}The last`, 'The last')
    expect(target.querySelectorAll('h2')).toHaveLength(60)
    expect(target.querySelectorAll('strong')).toHaveLength(60)
    const first = target.querySelector('h2')
    rendered.length = 0
    push(' paragraph grows')
    await shows('paragraph grows')
    push(' and **grows')
    await shows('and grows')
    expect(new Set(rendered)).toEqual(new Set(['The last paragraph grows', 'The last paragraph grows and grows']))
    expect(rendered).toHaveLength(2)
    rendered.length = 0
    push('**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n')
    await vi.waitFor(() => expect(target.querySelectorAll('td')).toHaveLength(2))
    // Those that were open, and the new one.
    expect(rendered.filter((text) => text.startsWith('Part'))).toEqual([])
    expect(rendered.length).toBeLessThan(5)
    expect(target.querySelector('h2')).toBe(first)
  })

  it('show no HTML of the text, and no address that runs a script', async () => {
    const attack =
      '<img src="x" onerror="alert(1)">\n\n<script>alert(1)</script>\n\na <b onclick="alert(1)">b</b>\n\n' +
      '[link](javascript:alert(1)) ![picture](javascript:alert(1)) <javascript:alert(1)>\n\nThe [end](https://example.com)'
    const { target } = await show('MarkdownAnswer', attack, 'The end')
    expect(target.querySelector('script, [onerror], [onclick]')).toBeNull()
    const addresses = [...target.querySelectorAll('a, img')].map(
      (element) => element.getAttribute('href') ?? element.getAttribute('src') ?? '',
    )
    expect(addresses.filter((address) => address !== '')).toEqual(['https://example.com'])
  })

  it('show all of a plain text, and keep the elements that are full', async () => {
    const text = 'A line of the text.\n\n  And another one.\n'.repeat(300)
    const { target, push } = await show('PlainAnswer', text, 'And another one.')
    const elements = [...target.querySelectorAll('div')]
    expect(elements.length).toBeGreaterThan(2)
    const end = 'More lines\n\n of the text. '.repeat(200)
    for (let at = 0; at < end.length; at += 700) push(end.slice(at, at + 700))
    push('The end.')
    await shows('The end.')
    const after = [...target.querySelectorAll('div')]
    const { pieces } = await loadExample<{ pieces: Fold<readonly { text: string }[]> }>(framework, 'pieces.ts')
    expect(after.map(({ textContent }) => textContent)).toEqual(
      pieces.ofText(`${text}${end}The end.`).map(({ text }) => text),
    )
    expect(target.textContent).toBe(`${text}${end}The end.`)
    expect(after.length).toBeGreaterThan(elements.length)
    expect(elements.every((element, index) => element === after[index])).toBe(true)
  })
})

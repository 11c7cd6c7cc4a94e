import { blocks } from '@keepstream/core/blocks'
import { BlockContext, MarkdownParser } from '@lezer/markdown'
import { describe, expect, it, vi } from 'vitest'
import { follow } from '../support/fold-setup'

const answer = '# Title\n\nSome *text*.\n\n- one\n- two\n\n```js\nlet a\n\nlet b\n```\n\n'

describe('blocks()', () => {
  it('has the blocks of the top level, each with the offset of its start as its key', () => {
    expect(blocks().ofText(answer)).toEqual([
      { key: 0, text: '# Title', isOpen: false },
      { key: 9, text: 'Some *text*.', isOpen: false },
      { key: 23, text: '- one\n- two', isOpen: false },
      { key: 36, text: '```js\nlet a\n\nlet b\n```', isOpen: false },
    ])
    expect(blocks().ofText('\n   \n')).toEqual([])
  })

  it('keeps the indentation of the first line', () => {
    const texts = (text: string) =>
      blocks()
        .ofText(text)
        .map((block) => block.text)
    expect(texts('    code\n\n  - item\n\n\tcode')).toEqual(['    code', '  - item\n\n\tcode'])
    expect(texts('\n\n\tcode\n\ntext')).toEqual(['\tcode', 'text'])
  })

  it('has tables, and math with empty lines in it', () => {
    const texts = (text: string) =>
      blocks()
        .ofText(text)
        .map((block) => block.text)
    expect(texts('text\n| a |\n|---|\n| 1 |\n\ntext')).toEqual(['text', '| a |\n|---|\n| 1 |', 'text'])
    expect(texts('text\n$$\na\n\nb\n$$\ntext $$\n\n$$ c $$\n\n$$')).toEqual([
      ...['text', '$$\na\n\nb\n$$', 'text $$', '$$ c $$', '$$'],
    ])
    expect(texts('    $$\n\na')).toEqual(['    $$', 'a'])
  })

  it('closes a block when another one has begun for sure', () => {
    const { push, end } = follow(blocks())
    const open = (text: string) => push(text).map(({ isOpen }) => isOpen)
    expect(open('1. one\n\n2')).toEqual([true, true])
    expect(open('. two')).toEqual([true])
    expect(open('\n\ntext')).toEqual([true, true])
    expect(open('\n')).toEqual([false, true])
    expect(open('---')).toEqual([false, true])
    expect(end().map(({ isOpen }) => isOpen)).toEqual([false, false])
  })

  it('keeps the blocks that are closed, and all of them while none changes', () => {
    const { push, end } = follow(blocks())
    const before = push(answer.repeat(20))
    expect(push('\n\n')).toBe(before)
    const after = push('text\n')
    expect(before).toHaveLength(80)
    expect(after).toHaveLength(81)
    expect(after.slice(0, 79).every((block, index) => block === before[index])).toBe(true)
    expect(after[79]).toEqual({ ...before[79], isOpen: false })
    expect(end().slice(0, 80)).toEqual(after.slice(0, 80))
    expect(end()[0]).toBe(before[0])
  })

  it('keeps the blocks that are open too, when one before them is closed', () => {
    const { push } = follow(blocks())
    const before = push(`${'text '.repeat(49)}\n\n# Title\n`)
    expect(before.map(({ isOpen }) => isOpen)).toEqual([false, true])
    const after = push('More text.')
    expect(after.map(({ isOpen }) => isOpen)).toEqual([false, true, true])
    expect(after.slice(0, 2)).toEqual(before)
    expect([after[0], after[1]].every((block, index) => block === before[index])).toBe(true)
  })

  it('has other blocks where the end of the text was replaced', () => {
    const { push, replace } = follow(blocks())
    const long = 'text '.repeat(1_000)
    push(long)
    const before = push('\n\ntwo')
    const after = replace(5_001, '\n\ntwo')
    expect(before.map(({ key }) => key)).toEqual([0, 5_002])
    expect(after.map(({ key }) => key)).toEqual([0, 5_003])
    expect(after[0]).toBe(before[0])
    expect(replace(0, 'one')).toEqual([{ key: 0, text: 'one', isOpen: true }])
  })

  it('keeps apart what two streams of one fold show', () => {
    const fold = blocks()
    const one = follow(fold)
    const other = follow(fold)
    const first = one.push('first\n\nsecond')
    other.push('other')
    expect(one.push(' line')[0]).toBe(first[0])
  })

  it('repairs the last block while it is open', () => {
    const repair = vi.fn((text: string) => `${text}**`)
    const { push, end } = follow(blocks({ repair }))
    expect(push('**one**\n\n**tw').map(({ text }) => text)).toEqual(['**one**', '**tw**'])
    const before = push('o')
    expect(before.map(({ text }) => text)).toEqual(['**one**', '**two**'])
    expect(push('\n').map(({ isOpen }) => isOpen)).toEqual([false, true])
    expect(push('\n').map(({ text }) => text)).toEqual(['**one**', '**two**'])
    expect(end().map(({ text }) => text)).toEqual(['**one**', '**two'])
    expect(repair.mock.calls.every(([text]) => text.startsWith('**tw'))).toBe(true)
    repair.mockClear()
    for (const code of ['```\na', ' ~~~\na', '    a', '  \ta']) blocks({ repair }).ofText(code, false)
    expect(repair).not.toHaveBeenCalled()
  })

  it('parses a long text from the last block on, and a long block rarely more than once a state', () => {
    const parse = vi.spyOn(MarkdownParser.prototype, 'parse')
    const parsed = (text: string) => {
      parse.mockClear()
      const { push } = follow(blocks())
      for (let at = 0; at < text.length; at += 50) push(text.slice(at, at + 50))
      return parse.mock.calls.map(([input]) => String(input).length)
    }
    const many = parsed(answer.repeat(150))
    expect(Math.max(...many)).toBeLessThan(700)
    const pushes = 200
    const one = parsed('some text\n'.repeat(5 * pushes))
    // One parse for each state that is shown, and a few for what has closed.
    expect(one.length).toBeLessThan(pushes + 12)
    parse.mockRestore()
  })

  it.each([
    ['list', '- an item\n- another one\n  - in it\n', ''],
    ['list with empty lines', '1. an item\n\n   more of it\n\n', ''],
    ['list that has ended', '- an item\n', '\n'],
    ['quote', '> some text\n>\n', ''],
  ])('reads only the last lines of a %s again', (_, lines, end) => {
    const { push } = follow(blocks())
    push(lines.repeat(1_000) + end)
    push('text')
    const nextLine = vi.spyOn(BlockContext.prototype, 'nextLine')
    for (const delta of [' and', ' more', '\nof', ' it']) push(delta)
    expect(nextLine.mock.calls.length).toBeLessThan(100)
    nextLine.mockRestore()
  })

  it('does not parse the rows of a table, nor what stands in a paragraph', () => {
    const elements = vi.spyOn(BlockContext.prototype, 'elt')
    const text = `| a | b |\n|---|---|\n${'| *one* | two |\n'.repeat(1_000)}\n${'some *text*\n'.repeat(1_000)}`
    expect(blocks().ofText(text)).toHaveLength(2)
    expect(elements.mock.calls.length).toBeLessThan(20)
    elements.mockRestore()
  })
})

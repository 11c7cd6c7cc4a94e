import { GFM, parser } from '@lezer/markdown'
import { tests } from 'commonmark-spec'
import fc from 'fast-check'
import { math } from '../../src/blocks/math'

/** The examples of CommonMark's specification. */
export const examples: readonly string[] = tests.map(({ markdown }) => markdown.replaceAll('→', '\t'))

/** What can look like another block before its end is there, and what CommonMark does not have. */
export const own: readonly string[] = [
  '1. a\n\n2. b\n',
  '- a\n\n-b\n',
  '- a\n\n  b\n\n\n- c\nlazy\n',
  '> a\nb\n\n> c\n',
  'a\nb\n---\n\n---\n',
  '    a\n\n\n    b\n\nc\n',
  '```\na\n\nb\n``\n```\nc',
  '~~~ js\n\n~~~ a\n\n~~~\n',
  '<!-- a\n\nb -->\nc\n\n<div>\n\nd\n',
  '[a]: /b\n"c\nd"\n\n[e]:\n/f\n',
  'a | b\n-|-x\n\na | b\n-|-\n1 | 2\n\n3\n',
  // A row of a table, until its second line turns out to be none.
  '- a\n\n  b\n  c | d\n  -|-\n  -|-x\n\n- e\n',
  '> a\n>\n> b\n> c | d\n> -|-x\n> e\n',
  '$$\na\n\nb\n$$\n',
  '$$\nx\n$$ \ntext $$\n$$ y $$\n',
  '- $$\n  a\n\n  b\n',
  '\n\n \t\n',
  'a\r\n\r\nb\r\n',
  '[^1]: note\n\n    more\n',
  '😀\n\n漢\n\n',
]

/** Several pieces of markdown, one after the other, with and without empty lines between them. */
export const mixtures: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...examples) },
        { weight: 1, arbitrary: fc.constantFrom(...own) },
        { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'#>-*+1.`~$|:[]()="\t \n\nab<!') }) },
      ),
      fc.constantFrom('', '', '\n', '\n\n'),
    ),
    { minLength: 1, maxLength: 10, size: 'max' },
  )
  .map((parts) => parts.flat().join(''))

const whole = parser.configure([GFM, math])

/** The blocks of a whole text, from one parse of all of it. */
export function wholeBlocks(text: string): readonly { key: number; text: string }[] {
  const top = whole.parse(text).topNode
  const found: { key: number; text: string }[] = []
  for (let node = top.firstChild; node; node = node.nextSibling) {
    let key = node.from
    while (key > 0 && text[key - 1] !== '\n') key -= 1
    found.push({ key, text: text.slice(key, node.to) })
  }
  return found
}

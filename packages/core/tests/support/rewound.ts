import { createMarkEncoder } from '@keepstream/core/marks'
import fc from 'fast-check'
import { anyChunks, forgedText } from './ui-chunks'

export const rewind = (offset: number) => `\x1e{"type":"rewind","offset":${offset}}\n`

const mark = '\x1e'
const whole = new RegExp(`^${mark}\\{"type":"rewind","offset":(0|[1-9]\\d{0,14})\\}\n`)
const cutMark = new RegExp(`${mark}[^\n]*$`)

/** What stands of a text, found one character after the other. */
export function naiveStanding(text: string): string {
  let kept: number[] = []
  const written = () => kept.map((at) => text[at]).join('')
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at, at + 50)
    const [found, offset] = whole.exec(rest) ?? []
    if (found === undefined) {
      if (at + rest.length === text.length && isCutRewind(rest)) break
      kept.push(at)
      at += 1
      continue
    }
    const target = Number(offset)
    kept = kept.filter((one) => one < target)
    const isInPair = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(target - 1, target + 1))
    if (isInPair && kept.at(-1) === target - 1) kept.pop()
    const cut = cutMark.exec(written())
    if (cut) kept = kept.slice(0, cut.index)
    at += found.length
  }
  return written()
}

/** The text ends before this becomes a whole rewind, or something else. */
function isCutRewind(rest: string): boolean {
  const ends = [rewind(0).slice(rest.length), '0}\n', '}\n', '\n']
  return ends.some((end) => whole.test(rest + end))
}

/** Marked texts with rewinds to any place: in the middle of marks and pairs, after themselves, below other rewinds. They are well-formed, as in a store. */
export function rewoundText(): fc.Arbitrary<string> {
  const step = fc.oneof(
    { weight: 4, arbitrary: anyChunks(6) },
    { weight: 2, arbitrary: forgedText() },
    {
      weight: 1,
      arbitrary: fc.constantFrom('😀', '\x1e{"type":"rew', '\x1e"', '\x1e{"type":"rewind","offset":1', '\x1e0'),
    },
    { weight: 3, arbitrary: fc.nat(2_000) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => ({ share })) },
  )
  return fc.array(step, { maxLength: 12, size: 'max' }).map((steps) => {
    let text = ''
    for (const one of steps) {
      if (typeof one === 'string') text += one.toWellFormed()
      else if (typeof one === 'number') text += rewind(one % (text.length + 20))
      else if (Array.isArray(one)) {
        const encoder = createMarkEncoder(text)
        text += one.map((chunk) => encoder.push(chunk)).join('')
      } else text += rewind(Math.floor(text.length * one.share))
    }
    return text
  })
}

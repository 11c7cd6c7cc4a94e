import { createFold } from '@keepstream/core/fold'
import { smooth } from '@keepstream/core/smooth'
import { expect } from 'vitest'
import type { Page } from '../kit'
import { paint, pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

interface Line {
  readonly line: string
}

interface Lines {
  readonly lines: readonly Line[]
  readonly isWhole: boolean
}

/** The lines of a text. One that ends is never changed. */
function foldOfLines() {
  return createFold<Lines, readonly Line[]>({
    initial: [{ line: '' }],
    push(lines, delta) {
      const [first = '', ...rest] = delta.split('\n')
      return [...lines.slice(0, -1), { line: lines.at(-1)?.line + first }, ...rest.map((line) => ({ line }))]
    },
    value: (lines, isWhole) => ({ lines, isWhole }),
  })
}

/** The value belongs to the text and the status of its own render, in every render. */
function expectConsistent({ results }: Page) {
  for (const { text, status, value } of results) {
    const { lines, isWhole } = value as Lines
    expect({ text: lines.map(({ line }) => line).join('\n'), isWhole }).toEqual({ text, isWhole: status === 'done' })
  }
}

/** `useStream` with `fold`. */
export const folding = {
  'fold-grows': {
    title: 'shows the value of the text of its own render, and keeps what did not change',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true, fold: foldOfLines() })
      await happens()
      await happens(() => server.stream('a').write('one\ntw'))
      await happens(paint)
      const before = page.last.value as Lines
      await happens(() => server.stream('a').write('o\nthr'))
      await happens(paint)
      await happens(() => server.stream('a').write('ee'))
      await happens(() => server.stream('a').close())
      const { lines, isWhole } = page.last.value as Lines
      expect({ lines, isWhole }).toEqual({
        lines: [{ line: 'one' }, { line: 'two' }, { line: 'three' }],
        isWhole: true,
      })
      expect(lines[0]).toBe(before.lines[0])
      expectConsistent(page)
      expect(requested()).toEqual(['drive a 0'])
    },
  },
  'fold-initial': {
    title: 'shows the value of the initial text first',
    async run({ server, open, mount, happens }) {
      server.stream('a').write('one\ntwo')
      const initial = { text: 'one\ntwo', status: 'streaming', origin: { epoch: 1, base: 0 } } as const
      const page = mount({ client: open(), id: 'a', start: true, initial, fold: foldOfLines() })
      expect(page.results[0]).toMatchObject({ value: { lines: [{ line: 'one' }, { line: 'two' }] } })
      await happens()
      await happens(() => server.stream('a').write('\nthree'))
      await happens(() => server.stream('a').close())
      expect(page.last).toMatchObject({ value: { lines: [{ line: 'one' }, { line: 'two' }, { line: 'three' }] } })
      expectConsistent(page)
    },
  },
  'fold-inline': {
    title: 'keeps its first fold when a new one comes with each render',
    async run({ server, open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true, fold: foldOfLines() })
      await happens()
      await happens(() => server.stream('a').write('one\ntwo'))
      await happens(paint)
      const { lines } = page.last.value as Lines
      await happens(() => page.apply({ fold: foldOfLines() }))
      await happens(() => server.stream('a').write('\nthree'))
      await happens(paint)
      expect((page.last.value as Lines).lines[0]).toBe(lines[0])
      expectConsistent(page)
      expect(requested()).toEqual(['drive a 0'])
    },
  },
  'fold-id-changes': {
    title: 'shows the value of the new text in the same render when the id changes, and of no text without an id',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open(), id: 'a', start: true, fold: foldOfLines() })
      await happens()
      await happens(() => server.stream('a').write('of a'))
      await happens(paint)
      const count = page.results.length
      await happens(() => page.apply({ id: 'b' }))
      expect(page.results[count]).toMatchObject({ id: 'b', value: { lines: [{ line: '' }] } })
      await happens(() => server.stream('b').write('of b'))
      await happens(paint)
      expect(page.last).toMatchObject({ value: { lines: [{ line: 'of b' }] } })
      await happens(() => page.apply({ id: undefined }))
      expect(page.last).toMatchObject({ text: '', value: { lines: [{ line: '' }] } })
      expectConsistent(page)
    },
  },
  'fold-replaced-text': {
    title: 'shows the value of the text that replaced another one, beside a component that shows the text alone',
    async run({ server, open, mountAll, happens, requested }) {
      const client = open()
      const [folded, plain] = mountAll([
        { client, id: 'a', start: true, fold: foldOfLines() },
        { client, id: 'a' },
      ]) as [Page, Page]
      await happens()
      const stream = server.stream('a')
      await happens(() => stream.write('stored\n'))
      await happens(() => stream.write('lost\nlost too', { isStored: false }))
      await happens(paint)
      await happens(() => stream.crash())
      await happens(() => stream.write('new'))
      await happens(() => pass(5000))
      await happens(() => stream.close())
      expect(plain.last).toMatchObject({ text: 'stored\nnew', isReconciled: true })
      expect(folded.last).toMatchObject({
        text: 'stored\nnew',
        value: { lines: [{ line: 'stored' }, { line: 'new' }] },
      })
      expectConsistent(folded)
      expect('value' in plain.last && plain.last.value).toBeFalsy()
      expect(requested()[0]).toBe('drive a 0')
    },
  },
  'fold-smooth': {
    title: 'shows the value of what smooth text shows',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: smooth(open()), id: 'a', start: true, fold: foldOfLines() })
      await happens()
      for (const line of ['one\n', 'two\n', 'three']) {
        await happens(() => server.stream('a').write(line))
        await happens(paint)
      }
      await happens(() => server.stream('a').close())
      for (let frame = 0; frame < 60; frame++) await happens(paint)
      expect(page.last).toMatchObject({ status: 'done', value: { lines: [{}, {}, { line: 'three' }] } })
      expectConsistent(page)
    },
  },
} satisfies Scenarios

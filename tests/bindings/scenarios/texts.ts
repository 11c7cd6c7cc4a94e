import { expect } from 'vitest'
import { expectGrowing } from '../kit'
import { paint, pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

const chunks = [
  '\uFEFFstarts with a mark, ',
  'one\r\ntwo\rthree\n\n',
  'a nul \0 in the middle, ',
  '👩‍👩‍👧 and 🏳️‍🌈, ',
  'data: forged\n\nevent: end\n\n',
  '\u2028 e\u0301 <b>&amp;</b> ',
  '\uFEFF',
]

/** Texts that are easily damaged on the way. */
export const texts = {
  'empty-text': {
    title: 'shows a stream that ends without any text as done',
    async run({ server, open, mount, happens }) {
      const pages = [true, false].map((start) => mount({ client: open(), id: 'a', start }))
      await happens()
      await happens(() => server.stream('a').close())
      await happens(() => pass(5000))
      for (const { last, screen } of pages) {
        expect(last).toMatchObject({ text: '', status: 'done', connection: 'closed', isCaughtUp: true })
        expect(screen).toBe('')
      }
    },
  },
  'empty-initial': {
    title: 'shows an empty initial text that is done as done, and sends no request',
    async run({ open, mount, happens, requested }) {
      const page = mount({ client: open(), id: 'a', start: true, initial: { text: '', status: 'done' } })
      await happens()
      expect(page.last).toMatchObject({ text: '', status: 'done', connection: 'closed' })
      expect(requested()).toEqual([])
    },
  },
  'exact-text': {
    title: 'shows CR, NUL, byte order marks, emoji and forged frames exactly, driven and followed, through cuts',
    async run({ server, open, mount, happens }) {
      const pages = [true, false].map((start) => mount({ client: open(), id: 'a', start }))
      await happens()
      for (const chunk of chunks) {
        await happens(() => server.stream('a').write(chunk))
        await happens(paint)
        await happens(() => server.stream('a').cut())
        await happens(() => pass(2000))
      }
      await happens(() => server.stream('a').close())
      await happens(() => pass(5000))
      const truth = chunks.join('')
      for (const page of pages) {
        expect(page.last).toMatchObject({ text: truth, status: 'done' })
        expect(page.screen).toBe(truth)
        expectGrowing(page.results, truth)
      }
    },
  },
} satisfies Scenarios

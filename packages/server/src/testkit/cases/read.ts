import { expectEqual, expectMatch, expectTrue } from '../expect'
import { readAll, startStream } from '../start-stream'
import { exactTexts } from '../texts'
import type { CaseDefinition } from '../types'

export const readCases: readonly CaseDefinition[] = [
  {
    key: 'read/ranges',
    name: 'every range of a text in many chunks is exact, also inside surrogate pairs',
    async run(context) {
      const { store } = context
      const id = await startStream(context)
      let whole = ''
      for (const text of ['a', '\u{1f600}', 'bc', '\ufeff', 'd\u{10ffff}e', '\r\n', 'end']) {
        await store.append(id, { epoch: 1, offset: whole.length, text })
        whole += text
      }
      for (let offset = 0; offset <= whole.length; offset += 1) {
        for (let max = 0; max <= whole.length - offset + 1; max += 1) {
          const range = await store.read(id, offset, max)
          const expected = { start: offset, text: whole.slice(offset, offset + max) }
          expectMatch(range, expected, `read from ${offset}, at most ${max}`)
        }
      }
    },
  },
  {
    key: 'read/exact',
    name: 'a text of unusual characters is read exactly from every position',
    async run(context) {
      const { store } = context
      const whole = exactTexts.join('')
      const id = await startStream(context, whole)
      for (let offset = 0; offset < whole.length; offset += 1) {
        expectEqual((await store.read(id, offset, 5))?.text, whole.slice(offset, offset + 5), `read from ${offset}`)
      }
    },
  },
  {
    key: 'read/big',
    name: 'a big text, appended at once and in slices, is read whole and in ranges',
    async run(context) {
      const { store } = context
      // Five units are repeated, so that limits at any round number fall into surrogate pairs somewhere.
      const big = '\u{1f600}\u{1f601}x'.repeat(60_000)
      const id = await startStream(context, big)
      for (let i = 0; i < 20; i += 1) {
        const offset = big.length + i * 1_000
        expectMatch(await store.append(id, { epoch: 1, offset, text: 'y'.repeat(1_000) }), { type: 'ok' }, 'append')
      }
      const whole = big + 'y'.repeat(20_000)
      expectTrue((await store.read(id, 0, whole.length))?.text === whole, 'the whole text differs')
      for (let offset = 1; offset < whole.length; offset += 9_973) {
        const text = (await store.read(id, offset, 4_096))?.text
        expectTrue(text === whole.slice(offset, offset + 4_096), `the range from ${offset} differs`)
      }
    },
  },
  {
    key: 'read/beyond',
    name: 'a read beyond the tail is empty and returns the tail',
    async run(context) {
      const id = await startStream(context, 'abc')
      for (const offset of [3, 4, 1_000_000]) {
        const range = await context.store.read(id, offset, 10)
        expectMatch(range, { start: 3, text: '' }, `read from ${offset}`)
        expectMatch(range?.head, { offset: 3 }, 'head')
      }
    },
  },
  {
    key: 'read/consistent',
    name: 'text, length and status are of one moment',
    async run(context) {
      const { store } = context
      const id = await startStream(context)
      const length = 60
      let isWritten = false
      const write = async (): Promise<void> => {
        for (let offset = 0; offset < length; offset += 1) await store.append(id, { epoch: 1, offset, text: 'x' })
        await store.close(id, { epoch: 1, offset: length, text: '!', status: 'done' })
      }
      const writing = write().finally(() => {
        isWritten = true
      })
      const readOnce = async (): Promise<void> => {
        const range = await store.read(id, 0, 1_000)
        expectEqual(range?.text.length, range?.head.offset, 'the length of the text and the offset of the head')
        const isDone = range?.head.status === 'done'
        expectEqual(range?.text.endsWith('!'), isDone, 'the last text and the status come together')
      }
      const reading = (async () => {
        while (!isWritten) await readOnce()
        await readOnce()
      })()
      await Promise.all([writing, reading])
    },
  },
  {
    key: 'read/unknown',
    name: 'an unknown stream reads as undefined',
    async run({ store, id }) {
      expectEqual(await store.read(id(), 0, 10), undefined, 'read')
    },
  },
  {
    key: 'read/lost',
    name: 'a read of lost text is refused as `corrupt`, and so is its end as `done`',
    async run(context) {
      const { store, loseText } = context
      if (loseText === undefined) return
      for (const chunk of ['first', 'last'] as const) {
        const id = await startStream(context, 'a'.repeat(20_000))
        await store.append(id, { epoch: 1, offset: 20_000, text: 'b'.repeat(20_000) })
        await store.append(id, { epoch: 1, offset: 40_000, text: 'c'.repeat(20_000) })
        await loseText(id, chunk)
        const read = await codeOf(store.read(id, 0, 60_000))
        expectEqual(read, 'corrupt', `a read of a text that has lost its ${chunk} chunk is refused with the code`)
        const other = await startStream(context, 'whole')
        expectEqual(await readAll(context, other), 'whole', 'another stream is still read')
        if (chunk === 'first') continue
        const end = { epoch: 1, offset: 60_000, text: '' }
        const closed = await codeOf(store.close(id, { ...end, status: 'done' }))
        expectEqual(closed, 'corrupt', 'a `close` as `done` of a text that has lost its end is refused with the code')
        expectMatch(
          await store.close(id, { ...end, status: 'error', error: 'corrupt' }),
          { type: 'ok' },
          'it can be closed as `error`',
        )
      }
    },
  },
]

/** The code of a rejection. `undefined` if there was no rejection. */
function codeOf(act: Promise<unknown>): Promise<unknown> {
  return act.then(
    () => undefined,
    (error: { readonly code?: unknown }) => error.code,
  )
}

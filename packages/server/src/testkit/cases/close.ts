import type { TerminalStatus } from '../../store/status'
import { expectEqual, expectMatch } from '../expect'
import { readAll, startStream } from '../start-stream'
import type { CaseDefinition } from '../types'

const statuses: readonly TerminalStatus[] = ['done', 'error', 'timeout', 'stopped']

export const closeCases: readonly CaseDefinition[] = [
  {
    key: 'close/text-and-status',
    name: 'the last text and the terminal status are stored together',
    async run(context) {
      for (const status of statuses) {
        const id = await startStream(context, 'abc')
        const result = await context.store.close(id, { epoch: 1, offset: 3, text: 'd\u{1f600}', status })
        expectEqual(result, { type: 'ok', offset: 6, stopRequested: false }, status)
        const range = await context.store.read(id, 0, 100)
        expectEqual(range?.text, 'abcd\u{1f600}', 'the text')
        expectMatch(range?.head, { status, epoch: 1, base: 0, offset: 6, error: undefined, isLapsed: false }, 'head')
      }
    },
  },
  {
    key: 'close/without-text',
    name: 'closing needs no text, also for an empty stream',
    async run(context) {
      for (const text of ['', 'abc']) {
        const id = await startStream(context, text)
        const result = await context.store.close(id, { epoch: 1, offset: text.length, text: '', status: 'done' })
        expectMatch(result, { type: 'ok', offset: text.length }, 'close')
        expectEqual(await readAll(context, id), text, 'the text')
      }
    },
  },
  {
    key: 'close/error',
    name: 'the error code for readers is stored with the status',
    async run(context) {
      const id = await startStream(context)
      const request = { epoch: 1, offset: 0, text: '', status: 'error', error: 'too-long' } as const
      await context.store.close(id, request)
      expectMatch((await context.store.heads([id]))[0], { status: 'error', error: 'too-long' }, 'heads')
      expectMatch((await context.store.read(id, 0, 0))?.head, { status: 'error', error: 'too-long' }, 'read')
      const other = await context.store.close(id, { ...request, error: 'other' })
      expectMatch(other, { type: 'conflict' }, 'a close with another code')
      expectMatch((await context.store.heads([id]))[0], { error: 'too-long' }, 'the first code stays')
    },
  },
  {
    key: 'close/finish-reason',
    name: 'the finish reason of the producer is stored with the status',
    async run(context) {
      const longest = '!'.repeat(32).padEnd(64, '~')
      for (const finishReason of ['content-filter', longest]) {
        const id = await startStream(context, 'abc')
        const request = { epoch: 1, offset: 3, text: 'd', status: 'done', finishReason } as const
        for (const attempt of ['first', 'second'])
          expectMatch(await context.store.close(id, request), { type: 'ok' }, attempt)
        expectMatch((await context.store.heads([id]))[0], { status: 'done', finishReason }, 'heads')
        expectMatch((await context.store.read(id, 0, 9))?.head, { status: 'done', finishReason }, 'read')
        const other = await context.store.close(id, { ...request, finishReason: 'stop' })
        expectMatch(other, { type: 'conflict' }, 'a close with another reason')
        expectMatch((await context.store.heads([id]))[0], { finishReason }, 'the first reason stays')
      }
      const without = await startStream(context)
      await context.store.close(without, { epoch: 1, offset: 0, text: '', status: 'done' })
      expectMatch((await context.store.heads([without]))[0], { finishReason: undefined }, 'a close without one')
    },
  },
  {
    key: 'close/repeated',
    name: 'a repeated close is ok again and appends nothing',
    async run(context) {
      const id = await startStream(context, 'abc')
      const request = { epoch: 1, offset: 3, text: 'd', status: 'done' } as const
      for (const attempt of ['first', 'second', 'third']) {
        const result = await context.store.close(id, request)
        expectEqual(result, { type: 'ok', offset: 4, stopRequested: false }, attempt)
      }
      expectEqual(await readAll(context, id), 'abcd', 'the text')
    },
  },
  {
    key: 'close/first-stays',
    name: 'the first terminal status never changes',
    async run(context) {
      const { store, leaseMs, advance } = context
      for (const first of statuses) {
        const id = await startStream(context)
        await store.close(id, { epoch: 1, offset: 0, text: 'all', status: first })
        await advance(leaseMs * 4)
        for (const other of statuses.filter((status) => status !== first)) {
          const result = await store.close(id, { epoch: 1, offset: 3, text: '', status: other })
          expectMatch(result, { type: 'conflict' }, `${other} after ${first}`)
        }
        await store.requestStop(id)
        await store.expire(id, 1)
        expectMatch((await store.heads([id]))[0], { status: first, offset: 3, stopRequested: false }, 'head')
      }
    },
  },
  {
    key: 'close/conflict',
    name: 'a close at another offset or under another epoch changes nothing, neither text nor status',
    async run(context) {
      const id = await startStream(context, 'abc')
      for (const wrong of [{ offset: 2 }, { offset: 4 }, { epoch: 0 }, { epoch: 2 }]) {
        const request = { epoch: 1, offset: 3, text: 'x', status: 'done', ...wrong } as const
        expectMatch(await context.store.close(id, request), { type: 'conflict' }, JSON.stringify(wrong))
      }
      expectMatch((await context.store.heads([id]))[0], { status: 'streaming', offset: 3 }, 'head')
      expectEqual(await readAll(context, id), 'abc', 'the text')
    },
  },
  {
    key: 'close/pending',
    name: 'a stream that was never claimed cannot be closed',
    async run({ store, id }) {
      const stream = id()
      await store.create(stream, null)
      const result = await store.close(stream, { epoch: 0, offset: 0, text: '', status: 'done' })
      expectMatch(result, { type: 'conflict' }, 'close')
      expectMatch((await store.heads([stream]))[0], { status: 'pending' }, 'head')
    },
  },
  {
    key: 'close/gone',
    name: 'closing an unknown stream is gone and creates nothing',
    async run({ store, id }) {
      const stream = id()
      const result = await store.close(stream, { epoch: 1, offset: 0, text: 'x', status: 'done' })
      expectEqual(result, { type: 'gone' }, 'close')
      expectEqual(await store.heads([stream]), [], 'heads')
    },
  },
]

import { expectEqual, expectMatch } from '../expect'
import { readAll, startStream } from '../start-stream'
import { exactTexts } from '../texts'
import type { CaseDefinition } from '../types'

export const appendCases: readonly CaseDefinition[] = [
  {
    key: 'append/grows',
    name: 'text is appended at the durable length',
    async run(context) {
      const id = await startStream(context)
      let whole = ''
      for (const text of ['one', ' two', ' three']) {
        const result = await context.store.append(id, { epoch: 1, offset: whole.length, text })
        whole += text
        expectEqual(result, { type: 'ok', offset: whole.length, stopRequested: false }, 'append')
      }
      expectEqual(await readAll(context, id), whole, 'the text')
    },
  },
  {
    key: 'append/exact',
    name: 'every character is read as it was stored, and offsets count UTF-16 code units',
    async run(context) {
      const id = await startStream(context)
      let whole = ''
      for (const text of exactTexts) {
        const result = await context.store.append(id, { epoch: 1, offset: whole.length, text })
        whole += text
        expectMatch(result, { type: 'ok', offset: whole.length }, `append ${JSON.stringify(text)}`)
        expectEqual(await readAll(context, id), whole, `the text after ${JSON.stringify(text)}`)
        expectEqual(await readAll(context, await startStream(context, text)), text, 'the text as a whole stream')
      }
    },
  },
  {
    key: 'append/repeated',
    name: 'a repeated append is a conflict with the offset after it, and nothing is stored twice',
    async run(context) {
      const id = await startStream(context)
      const request = { epoch: 1, offset: 0, text: 'once' }
      await context.store.append(id, request)
      const again = await context.store.append(id, request)
      expectMatch(again, { type: 'conflict' }, 'the append again')
      const head = { id, status: 'streaming', epoch: 1, offset: 4 }
      expectMatch('head' in again ? again.head : undefined, head, 'head')
      expectEqual(await readAll(context, id), 'once', 'the text')
    },
  },
  {
    key: 'append/offset',
    name: 'an append anywhere but at the durable length is a conflict and changes nothing',
    async run(context) {
      const id = await startStream(context, 'abc')
      for (const offset of [0, 2, 4, 1_000]) {
        const result = await context.store.append(id, { epoch: 1, offset, text: 'x' })
        expectMatch(result, { type: 'conflict' }, `append at ${offset}`)
        expectMatch('head' in result ? result.head : undefined, { epoch: 1, offset: 3 }, 'head')
      }
      expectEqual(await readAll(context, id), 'abc', 'the text')
    },
  },
  {
    key: 'append/epoch',
    name: 'an append under another epoch is a conflict',
    async run(context) {
      const id = await startStream(context, 'abc')
      for (const epoch of [0, 2]) {
        const result = await context.store.append(id, { epoch, offset: 3, text: 'x' })
        expectMatch(result, { type: 'conflict' }, `append under ${epoch}`)
      }
      expectEqual(await readAll(context, id), 'abc', 'the text')
    },
  },
  {
    key: 'append/pending',
    name: 'a stream that was never claimed cannot be appended to',
    async run(context) {
      const id = context.id()
      await context.store.create(id, null)
      const result = await context.store.append(id, { epoch: 0, offset: 0, text: 'x' })
      expectMatch(result, { type: 'conflict' }, 'append')
      expectEqual(await readAll(context, id), '', 'the text')
    },
  },
  {
    key: 'append/terminal',
    name: 'nothing is appended after a terminal status',
    async run(context) {
      const id = await startStream(context, 'all')
      await context.store.close(id, { epoch: 1, offset: 3, text: '', status: 'stopped' })
      const result = await context.store.append(id, { epoch: 1, offset: 3, text: 'x' })
      expectMatch(result, { type: 'conflict' }, 'append')
      expectMatch('head' in result ? result.head : undefined, { status: 'stopped', offset: 3 }, 'head')
      expectEqual(await readAll(context, id), 'all', 'the text')
    },
  },
  {
    key: 'append/gone',
    name: 'an append to an unknown stream is gone and creates nothing',
    async run({ store, id }) {
      const stream = id()
      expectEqual(await store.append(stream, { epoch: 1, offset: 0, text: 'x' }), { type: 'gone' }, 'append')
      expectEqual(await store.heads([stream]), [], 'heads')
    },
  },
  {
    key: 'append/stop-requested',
    name: 'an append returns the requested stop and is still stored',
    async run(context) {
      const id = await startStream(context, 'ab')
      await context.store.requestStop(id)
      const result = await context.store.append(id, { epoch: 1, offset: 2, text: 'c' })
      expectEqual(result, { type: 'ok', offset: 3, stopRequested: true }, 'append')
      expectEqual(await readAll(context, id), 'abc', 'the text')
    },
  },
  {
    key: 'append/renews',
    name: 'an append renews the lease, also an expired one if the stream has not ended',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await advance(leaseMs * 3)
      expectMatch((await store.heads([id]))[0], { isLapsed: true }, 'before')
      expectMatch(await store.append(id, { epoch: 1, offset: 0, text: 'x' }), { type: 'ok' }, 'append')
      await advance(leaseMs * 1.8)
      expectMatch((await store.heads([id]))[0], { isLapsed: false }, 'after')
    },
  },
]

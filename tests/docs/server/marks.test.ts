import { createStreamClient, isTerminal, keepstream } from '@keepstream/core'
import { blocks } from '@keepstream/core/blocks'
import { parts, withRewinds } from '@keepstream/core/fold'
import { plainText } from '@keepstream/core/marks'
import { createStreams, type Producer } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { expect, it, vi } from 'vitest'
import { examplesFolder } from '../support/examples-folder'

type Ask = (signal: AbortSignal) => AsyncIterable<string>

it('shows a retried answer of docs/marks.md right to its driver, a follower and a late reader', async () => {
  const page = `${examplesFolder}/react/docs-marks/retry.ts`
  const { answerWith } = (await import(/* @vite-ignore */ page)) as { answerWith(ask: Ask): Producer }
  let goOn = () => {}
  let attempts = 0
  const produce = answerWith(async function* () {
    attempts += 1
    yield attempts === 1 ? 'The answer is 41, ' : 'The answer is '
    await new Promise<void>((resolve) => {
      goOn = resolve
    })
    if (attempts === 1) throw new Error('the provider hung up')
    yield '42.'
  })
  const streams = createStreams({ store: memoryStore() })
  const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce })
  const open = () =>
    createStreamClient({
      ...keepstream({
        url: 'http://page.invalid/streams',
        fetch: (url: string, init) => handle(new Request(url, init)),
      }),
      throttleMs: 0,
    })
  const id = await streams.createStream()
  const pages = { driver: { start: true }, follower: {} }
  const shown = Object.values(pages).map((options) => {
    const stream = parts().ofStream(open().stream(id))
    const leave = stream.subscribe(() => {}, options)
    return {
      stream,
      leave,
      text: () =>
        stream.$state
          .get()
          .value.map((part) => 'text' in part && part.text)
          .join(''),
    }
  })
  const expectShown = (text: string) => vi.waitFor(() => expect(shown.map((one) => one.text())).toEqual([text, text]))
  await expectShown('The answer is 41, ')
  goOn()
  await expectShown('The answer is ')
  expect(attempts).toBe(2)
  goOn()
  await expectShown('The answer is 42.')
  await vi.waitFor(() => expect(shown.every(({ stream }) => isTerminal(stream.$state.get().status))).toBe(true))

  const { text, status } = await streams.getStreamBody(id)
  expect(status).toBe('done')
  expect(text).toContain('41')
  for (const { stream } of shown) expect(stream.$state.get().text).toBe(text)
  // A reader that comes when all is over.
  expect(plainText(text)).toBe('The answer is 42.')
  expect(parts().ofText(text)).toMatchObject([{ text: 'The answer is 42.', state: 'done' }])
  expect(withRewinds(blocks()).ofText(text)).toMatchObject([{ text: 'The answer is 42.' }])
  for (const { leave } of shown) leave()
  await streams.close()
})

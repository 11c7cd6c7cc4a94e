import { createStreamClient, fetchLive, fetchSnapshot, keepstream, type LiveSource } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakeFetch, openBody } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { record, requestFor } from '../support/recorder'
import { shown, WAITS } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

const maxLength = 1000

/** A body that never ends, and how much of it was read before it was canceled. */
function endless(type: string, first: string, next: (index: number) => string, status = 200) {
  let sent = 0
  let isCancelled = false
  const send = (text: string) => {
    const bytes = new TextEncoder().encode(text)
    sent += bytes.length
    return bytes
  }
  let index = 0
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(send(first)),
      pull(controller) {
        if (sent > 10_000_000) controller.close()
        else controller.enqueue(send(next(index++)))
      },
      cancel() {
        isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return {
    response: new Response(body, { status, headers: { 'content-type': type } }),
    get sent() {
      return sent
    },
    get isCancelled() {
      return isCancelled
    },
  }
}

type Body = ReturnType<typeof endless>

async function expectBounded(body: Body, open: (fetch: ReturnType<typeof fakeFetch>) => Promise<unknown>) {
  const error = await open(fakeFetch(() => body.response))
  expect(error).toMatchObject({ code: 'server' })
  expect((error as Error).message).toMatch(/maxLength.*1000/)
  await settle()
  expect(body.sent).toBeLessThan(100_000)
  expect(body.isCancelled).toBe(true)
}

const errorOf = (reading: Promise<unknown>) =>
  reading.then(
    () => undefined,
    (error: unknown) => error,
  )
const errorFrom = async (live: LiveSource) => (await record(live)).error
const words = () => 'word '.repeat(20)

describe('a response without an end is bounded and canceled', () => {
  it('as raw text', () =>
    expectBounded(endless('text/plain', '', words), (fetch) => errorFrom(fetchLive({ url: '/', fetch, maxLength }))))

  it('as a JSON snapshot', () =>
    expectBounded(endless('application/json', '{"status":"done","text":"', words), (fetch) =>
      errorOf(fetchSnapshot({ url: '/', fetch, maxLength })(requestFor())),
    ))

  it('as the events of another dialect', () =>
    expectBounded(
      endless(SSE, '', () => `data: ${words()}\n\n`),
      (fetch) => errorFrom(fetchLive({ url: '/', fetch, maxLength, decode: ({ data }) => data })),
    ))

  it('as the events of a drive', () =>
    expectBounded(
      endless(SSE, '', (index) => wire.text(100 * (index + 1), words())),
      (fetch) => errorFrom(keepstream({ url: '/', fetch, maxLength }).live),
    ))

  it('as the events of a follower', () =>
    expectBounded(
      endless(SSE, '', (index) => wire.text(100 * (index + 1), words())),
      (fetch) =>
        errorOf(keepstream({ url: '/', fetch, maxLength }).snapshot.open(requestFor(), { next() {}, alive() {} })),
    ))

  it('as the response to stop()', () =>
    expectBounded(endless('application/json', '{"status":"', words), (fetch) =>
      errorOf(keepstream({ url: '/', fetch, maxLength }).stop(requestFor())),
    ))

  it.each([409, 403, 500])('as a refusal: %d', async (status) => {
    const body = endless('application/json', '{"code":"', words, status)
    await errorOf(fetchSnapshot({ url: '/', fetch: fakeFetch(() => body.response) })(requestFor()))
    await settle()
    expect(body.sent).toBeLessThan(100_000)
    expect(body.isCancelled).toBe(true)
  })

  it('by the length of its text, however many responses bring it', async () => {
    const fetch = fakeFetch(({ url }) => {
      const offset = Number(/offset=(\d+)/.exec(url)?.[1])
      const text = words()
      return new Response(JSON.stringify({ offset, text, status: 'streaming', upToDate: false }), {
        headers: { 'content-type': 'application/json' },
      })
    })
    const stream = createStreamClient({
      snapshot: fetchSnapshot({ url: '/', fetch, maxLength }),
      poll: WAITS,
      retry: WAITS,
    }).stream('a')
    stream.attach()
    await pass(10_000)
    expect(shown(stream).text).toHaveLength(1000)
    expect(shown(stream).retrying?.error.message).toMatch(/maxLength/)
  })

  it.each([
    ['says so', { 'content-length': '3001' }, false],
    ['does not', {}, true],
  ])('where there are no body streams, and it %s', async (_, headers, isRead) => {
    let reads = 0
    const response = {
      ok: true,
      status: 200,
      headers: new Headers({ 'content-type': 'text/plain', ...headers }),
      text: async () => {
        reads++
        return 'x'.repeat(1001)
      },
    }
    const error = await errorFrom(fetchLive({ url: '/', fetch: async () => response as Response, maxLength }))
    expect(error).toMatchObject({ code: 'server' })
    expect(reads).toBe(Number(isRead))
  })
})

describe('a response of the longest allowed length', () => {
  it('is read whole, also if JSON needs six characters for each of its own', async () => {
    const text = '\u0001'.repeat(maxLength)
    const body = openBody('application/json')
    body.send(JSON.stringify({ text, status: 'done' }))
    body.close()
    const snapshot = await fetchSnapshot({ url: '/', fetch: fakeFetch(() => body.response), maxLength })(requestFor())
    expect(snapshot.text).toBe(text)
    const raw = openBody('text/plain')
    raw.send(text)
    raw.close()
    expect((await record(fetchLive({ url: '/', fetch: fakeFetch(() => raw.response), maxLength }))).text).toBe(text)
  })

  it('has at least one code unit', () => {
    for (const make of [keepstream, fetchLive, fetchSnapshot])
      expect(() => make({ url: '/', maxLength: 0 })).toThrow(/`maxLength`.*from 1/)
  })
})

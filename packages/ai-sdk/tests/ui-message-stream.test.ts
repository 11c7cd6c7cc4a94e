import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { fetchLive, type SourceError } from '@keepstream/core'
import { aiSdkUi, fromDialect } from '@keepstream/core/dialects'
import { createUIMessageStream, createUIMessageStreamResponse, type UIMessageStreamWriter } from 'ai'
import { afterEach, describe, expect, it } from 'vitest'
import { half, type Provider, versions } from './support/versions'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Serves a response on loopback, and breaks the connection where its body fails. */
async function serve(create: () => Response): Promise<string> {
  const server = createServer((_, reply) => {
    const { status, headers, body } = create()
    reply.writeHead(status, Object.fromEntries(headers))
    if (body)
      Readable.fromWeb(body as NodeStream)
        .on('error', () => reply.destroy())
        .pipe(reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function produced(url: string, onText = () => {}) {
  const answer = fromDialect(await fetch(url), aiSdkUi)
  let text = ''
  try {
    for (;;) {
      const { done, value } = await answer.next()
      if (done) return { text, ...value }
      text += value
      onText()
    }
  } catch (error) {
    const { serverCode, code, message } = error as SourceError
    return { text, error: serverCode ?? code ?? message }
  }
}

async function driven(url: string, onText = () => {}) {
  let text = ''
  const ends: unknown[] = []
  await fetchLive({ url, decode: aiSdkUi }).open(
    { id: 'a', offset: 0, signal: new AbortController().signal },
    {
      chunk(chunk) {
        text += chunk.text
        onText()
      },
      end: ({ status, finishReason, error }) => ends.push({ status, finishReason, error }),
      alive() {},
    },
  )
  return { text, ends }
}

describe.each(versions)('the UI message stream of ai $name', ({ reason, stream }) => {
  const finish = (unified: string, raw?: string) => ({ type: 'finish', finishReason: reason(unified, raw) })
  const served = (provider: Provider, signal?: AbortSignal) =>
    serve(() => stream(provider, signal).toUIMessageStreamResponse())
  const whole = [...half, { type: 'text-end', id: '1' }]

  it.each(['stop', 'length', 'content-filter'])('is done with the finish reason %s', async (word) => {
    const url = await served({ parts: [...whole, finish(word, `raw_${word}`)] })
    expect(await produced(url)).toEqual({ text: 'Half an answer', finishReason: word })
    expect(await driven(url)).toEqual({ text: 'Half an answer', ends: [{ status: 'done', finishReason: word }] })
  })

  it.each<[string, Provider, string]>([
    ['whose provider ended without a reason', { parts: half }, 'no-finish-reason'],
    ['whose provider failed', { parts: [...half, { type: 'error', error: new Error('Bad') }] }, 'provider-error'],
    ['that ended with an error', { parts: [...half, finish('error', 'bad')] }, 'provider-error'],
  ])('%s is an error', async (_, provider, error) => {
    const url = await served(provider)
    expect(await produced(url)).toEqual({ text: 'Half an answer', error })
    expect(await driven(url)).toEqual({ text: 'Half an answer', ends: [{ status: 'error', error }] })
  })

  it('whose provider refused is an error', async () => {
    expect(await produced(await served({ refuses: new Error('Wrong key') }))).toEqual({
      text: '',
      error: 'provider-error',
    })
  })

  it('whose provider was cut breaks too, and has no end', async () => {
    const url = await served({ parts: half, breaks: new Error('Bad') })
    expect(await produced(url)).toEqual({ text: 'Half an answer', error: 'terminated' })
    await expect(driven(url)).rejects.toThrow('terminated')
  })

  it('that was aborted is stopped, and no whole answer', async () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const hanging = { parts: half, hangs: true }
    const answer = await produced(await served(hanging, first.signal), () => first.abort())
    expect(answer).toEqual({ text: expect.stringContaining('Half '), error: 'server' })
    const { ends } = await driven(await served(hanging, second.signal), () => second.abort())
    expect(ends).toEqual([{ status: 'stopped' }])
  })
})

describe('the UI message stream of a server that writes its own chunks', () => {
  const served = (execute: (writer: UIMessageStreamWriter) => void) =>
    serve(() =>
      createUIMessageStreamResponse({ stream: createUIMessageStream({ execute: ({ writer }) => execute(writer) }) }),
    )

  function write(writer: UIMessageStreamWriter) {
    writer.write({ type: 'text-start', id: '1' })
    writer.write({ type: 'text-delta', id: '1', delta: 'Hello' })
    writer.write({ type: 'data-weather', data: { text: 'no' } })
  }

  it('is whole with a finish', async () => {
    const url = await served((writer) => {
      write(writer)
      writer.write({ type: 'finish' })
    })
    expect(await produced(url)).toEqual({ text: 'Hello', finishReason: 'finish' })
  })

  it('has no end without one, although the SDK sends [DONE]', async () => {
    const url = await served(write)
    expect(await (await fetch(url)).text()).toContain('data: [DONE]')
    expect(await produced(url)).toEqual({ text: 'Hello', error: 'network' })
    expect(await driven(url)).toEqual({ text: 'Hello', ends: [] })
  })

  it('is an error where it throws', async () => {
    const url = await served((writer) => {
      write(writer)
      throw new Error('Bad')
    })
    expect(await produced(url)).toEqual({ text: 'Hello', error: 'provider-error' })
  })
})

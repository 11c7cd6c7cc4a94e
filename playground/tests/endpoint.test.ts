import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { parts } from '@keepstream/core/fold'
import { plainText } from '@keepstream/core/marks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Playground, startPlayground } from '../server/start-playground'
import { describeFinish } from '../src/panes/shared/describe-finish'
import { completion, event, type StandIn, startStandIn, write } from './endpoint-stand-in'

const apiKey = 'sk-not-for-the-log'
const question = 'Why is the sky blue at noon?'

let folder: string
let playground: Playground
let standIn: StandIn
const errors: unknown[] = []
// Once for all tests: a client's log keeps the functions that it finds first.
const printed = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) => vi.spyOn(console, level))

beforeEach(async () => {
  errors.length = 0
  for (const spy of printed) spy.mockClear()
  folder = mkdtempSync(join(tmpdir(), 'playground-'))
  mkdirSync(join(folder, 'page'))
  writeFileSync(join(folder, 'page/index.html'), 'page')
  // A documentation of its own, because each start reads and indexes all of it.
  writeFileSync(join(folder, 'README.md'), '# Sky\n\nThe sky is blue at noon.\n')
  standIn = await startStandIn()
  playground = await startPlayground({
    root: folder,
    pageDir: join(folder, 'page'),
    dataDir: join(folder, 'data'),
    store: { type: 'sqlite' },
    port: 0,
    host: '127.0.0.1',
    allowedHosts: [],
    answerSpeed: 1,
    endpoint: { baseUrl: standIn.url, apiKey, model: 'a-model' },
    onError: (error) => errors.push(error),
  })
})

afterEach(async () => {
  await standIn.close()
  await playground.close()
  rmSync(folder, { recursive: true, force: true })
})

const at = (path: string) => `http://127.0.0.1:${playground.port}${path}`

async function ask(prompt: string, chatId?: string): Promise<{ chatId: string; streamId: string }> {
  const response = await fetch(at('/api/chats'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ prompt, chatId }),
  })
  return (await response.json()) as { chatId: string; streamId: string }
}

const drive = (streamId: string) =>
  fetch(at(`/api/streams/${streamId}/drive`), { method: 'POST', headers: { Accept: 'text/plain' } })

async function stored(streamId: string): Promise<{ text: string; status: string }> {
  const response = await fetch(at(`/api/streams/${streamId}`), { headers: { Accept: 'application/json' } })
  return (await response.json()) as { text: string; status: string }
}

/** Reads until there is some prose, and returns all text up to there. */
async function readProse(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  while (plainText(text) === '') {
    const { value } = (await reader?.read()) ?? {}
    if (value === undefined) throw new Error(`the text ended before any prose: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  return text
}

/** Asks, reads to the end, and returns the stored text, its prose and its status. */
async function outcomeOf(answer: (response: ServerResponse) => unknown) {
  standIn.answer = answer
  const { streamId } = await ask(question)
  await (await drive(streamId)).text()
  const outcome = await stored(streamId)
  return { ...outcome, prose: plainText(outcome.text) }
}

describe('answers from an OpenAI-compatible endpoint', () => {
  it("are the endpoint's whole text, however its bytes arrive", async () => {
    const text = 'Größe, 日本語 and 🙂.\nA second line.'
    const outcome = await outcomeOf(async (response) => {
      const events = [...text].map((letter) => completion(letter)).join('')
      const all = `: a comment\n\n${completion('')}${events}${completion(undefined, 'stop')}${event('[DONE]')}`
      for (const byte of Buffer.from(all)) await write(response, Buffer.of(byte))
      response.end()
    })
    expect(outcome).toMatchObject({ prose: text, status: 'done' })
    expect(errors).toEqual([])
  })

  it('are requested with the key, the model, and the conversation so far', async () => {
    const finished = async (response: ServerResponse) => {
      await write(response, completion(`Answer ${standIn.requests.length}.`) + completion(undefined, 'stop'))
      response.end(event('[DONE]'))
    }
    standIn.answer = finished
    const { chatId, streamId } = await ask('First question?')
    await (await drive(streamId)).text()
    const second = await ask('Second question?', chatId)
    await (await drive(second.streamId)).text()

    const [first, last] = standIn.requests
    expect(first?.path).toBe('/v1/chat/completions')
    expect(first?.headers.authorization).toBe(`Bearer ${apiKey}`)
    expect(first?.body).toMatchObject({ model: 'a-model', stream: true })
    expect(first?.body.messages.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(last?.body.messages.slice(1)).toEqual([
      { role: 'user', content: 'First question?' },
      { role: 'assistant', content: 'Answer 1.' },
      { role: 'user', content: 'Second question?' },
    ])
  })

  it('show the search in the documentation, and what the model thinks, as parts', async () => {
    const thought = (delta: object) => event(JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] }))
    const { text, status } = await outcomeOf(async (response) => {
      await write(response, thought({ reasoning_content: 'Light ' }) + thought({ reasoning: 'scatters.' }))
      await write(response, completion('Because.') + completion(undefined, 'stop'))
      response.end(event('[DONE]'))
    })
    expect(status).toBe('done')
    expect(parts().ofText(text)).toMatchObject([
      {
        type: 'tool-search',
        state: 'output-available',
        input: { query: question },
        output: [{ file: 'README.md', heading: 'Sky', url: '/library/README.md#sky' }],
      },
      { type: 'reasoning', text: 'Light scatters.', state: 'done' },
      { type: 'text', text: 'Because.', state: 'done' },
    ])
  })

  it('cannot write marks: what looks like one is prose', async () => {
    const mark = '\x1e{"type":"tool-output-available","toolCallId":"search-1","output":[]}\n'
    const { text } = await outcomeOf(async (response) => {
      await write(response, completion(`A${mark}B`) + completion(undefined, 'stop'))
      response.end(event('[DONE]'))
    })
    expect(parts().ofText(text)).toMatchObject([{ output: [{ heading: 'Sky' }] }, { text: `A${mark}B` }])
  })

  it('end when they are stopped: the endpoint sees the connection close, and the log stays empty', async () => {
    const closed = new Promise((resolve) => {
      standIn.answer = async (response) => {
        response.on('close', resolve)
        await write(response, completion('A beginning. '))
      }
    })
    const { streamId } = await ask(question)
    const reader = (await drive(streamId)).body?.getReader()
    const read = await readProse(reader)
    expect(plainText(read)).toBe('A beginning. ')
    expect((await fetch(at(`/api/streams/${streamId}/stop`), { method: 'POST' })).status).toBe(200)
    await closed
    expect(await stored(streamId)).toMatchObject({ text: read, status: 'stopped' })
    expect(errors).toEqual([])
  })

  it('go on when their driver leaves', async () => {
    let goOn = () => {}
    standIn.answer = async (response) => {
      await write(response, completion('A beginning, '))
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      await write(response, completion('and an end.') + completion(undefined, 'stop'))
      response.end()
    }
    const { streamId } = await ask(question)
    const reader = (await drive(streamId)).body?.getReader()
    await readProse(reader)
    await reader?.cancel()
    goOn()
    await (await drive(streamId)).text()
    const { text, status } = await stored(streamId)
    expect([plainText(text), status]).toEqual(['A beginning, and an end.', 'done'])
  })
})

describe('an endpoint that stops', () => {
  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'content_filter'],
    ['a reason of its own\r\n', 'other'],
  ])('for the reason %j is reported beside the answer as %j', async (given, finishReason) => {
    const outcome = await outcomeOf(async (response) => {
      await write(response, completion('A beginning.') + completion(undefined, given))
      response.end(event('[DONE]'))
    })
    expect(outcome).toMatchObject({ prose: 'A beginning.', status: 'done', finishReason })
    expect(errors).toEqual([])
  })

  it('before its end is marked on the page, and no other is', () => {
    expect(describeFinish('length')).toMatch(/length limit/)
    expect(describeFinish('content_filter')).toMatch(/withheld/)
    for (const whole of [undefined, 'stop', 'other', 'constructor']) expect(describeFinish(whole)).toBeUndefined()
  })
})

describe('an endpoint that fails', () => {
  const begun = completion('A beginning.')
  const failures: [string, (response: ServerResponse) => unknown, RegExp, string][] = [
    [
      'refuses the key',
      (response) => {
        const message = `Wrong key ${apiKey} for "${question}"`
        const body = { error: { message, type: question, code: 'invalid_api_key' } }
        response.writeHead(401, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      },
      /returned 401 \(invalid_api_key\)\. Is OPENAI_API_KEY right/,
      '',
    ],
    ['fails', (response) => response.writeHead(503, { 'Retry-After': '3600' }).end(question), /returned 503/, ''],
    [
      'is cut in mid-stream',
      async (response) => {
        await write(response, begun)
        response.destroy()
      },
      /cut in the middle of its answer/,
      'A beginning.',
    ],
    [
      'ends without saying that the answer is finished',
      async (response) => {
        await write(response, begun)
        response.end()
      },
      /cut in the middle of its answer/,
      'A beginning.',
    ],
    [
      'tells an error in mid-stream',
      async (response) => {
        await write(response, begun)
        response.end(event(JSON.stringify({ error: { message: `${question} ${apiKey}`, type: 'server_error' } })))
      },
      /ended its answer with an error \(server_error\)/,
      'A beginning.',
    ],
    [
      'sends data that is not JSON',
      async (response) => {
        await write(response, begun)
        response.end(event(`${question} ${apiKey}`))
      },
      /not JSON/,
      'A beginning.',
    ],
  ]

  it.each(failures)(
    'and %s ends the answer as an error, with the cause in the log',
    async (_, answer, cause, prose) => {
      expect(await outcomeOf(answer)).toMatchObject({ prose, status: 'error' })
      expect(standIn.requests).toHaveLength(1)
      expect(errors).toHaveLength(1)
      expect(String(errors[0])).toMatch(cause)
    },
  )

  it.each(failures)('and %s brings neither the key nor any text into the log', async (_, answer) => {
    await outcomeOf(answer)
    const log = inspect([errors, printed.map(({ mock }) => mock.calls)], { depth: 10 })
    expect(log).toContain('endpoint')
    for (const secret of [apiKey, question, 'A beginning']) expect(log).not.toContain(secret)
  })

  it('and cannot be reached is reported with what to check', async () => {
    await standIn.close()
    expect(await outcomeOf(() => {})).toMatchObject({ prose: '', status: 'error' })
    expect(String(errors[0])).toMatch(/cannot be reached \(ECONNREFUSED\)\. Is OPENAI_BASE_URL right/)
  })
})

it('tells the page which model answers, without the key', async () => {
  const response = await fetch(at('/api/about'))
  const { host } = new URL(standIn.url)
  expect(await response.json()).toEqual({ answeredBy: 'endpoint', model: 'a-model', host })
})

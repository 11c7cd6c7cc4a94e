import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Playground, startPlayground } from '../server/start-playground'

let folder: string
let playground: Playground
const errors: unknown[] = []

function start(answerSpeed: number, port = 0): Promise<Playground> {
  return startPlayground({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    pageDir: join(folder, 'page'),
    dataDir: join(folder, 'data'),
    store: { type: 'sqlite' },
    port,
    host: '127.0.0.1',
    allowedHosts: ['shared.test'],
    answerSpeed,
    endpoint: undefined,
    onError: (error) => errors.push(error),
  })
}

beforeEach(async () => {
  errors.length = 0
  folder = mkdtempSync(join(tmpdir(), 'playground-'))
  mkdirSync(join(folder, 'page'))
  writeFileSync(join(folder, 'page/index.html'), 'page')
})

afterEach(async () => {
  await playground.close()
  rmSync(folder, { recursive: true, force: true })
})

const at = (path: string) => `http://127.0.0.1:${playground.port}${path}`

async function ask(prompt: string): Promise<{ chatId: string; streamId: string }> {
  const response = await fetch(at('/api/chats'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ prompt }),
  })
  expect(response.status).toBe(201)
  return (await response.json()) as { chatId: string; streamId: string }
}

const drive = (streamId: string) =>
  fetch(at(`/api/streams/${streamId}/drive`), { method: 'POST', headers: { Accept: 'text/plain' } })

async function stored(streamId: string): Promise<{ text: string; status: string }> {
  const response = await fetch(at(`/api/streams/${streamId}`), { headers: { Accept: 'application/json' } })
  return (await response.json()) as { text: string; status: string }
}

describe('the playground over HTTP', () => {
  it('answers a question from the documentation, and stores the answer', async () => {
    playground = await start(1e6)
    const { streamId } = await ask('What is an epoch?')
    const text = await (await drive(streamId)).text()
    expect(text).toContain('the number of a claim to produce')
    expect(await stored(streamId)).toMatchObject({ text, status: 'done' })
    expect(await (await fetch(at('/'))).text()).toBe('page')
  })

  it('keeps conversations and answers over a restart', async () => {
    playground = await start(1e6)
    const { chatId, streamId } = await ask('What is an epoch?')
    const text = await (await drive(streamId)).text()
    await playground.close()
    playground = await start(1e6)
    const chat = (await (await fetch(at(`/api/chats/${chatId}`))).json()) as { messages: unknown[] }
    expect(chat.messages).toMatchObject([{ streamId, question: 'What is an epoch?' }])
    expect(await stored(streamId)).toMatchObject({ text, status: 'done' })
  })

  it('stops an answer on request, keeps its beginning, and shows no error', async () => {
    playground = await start(1)
    const { streamId } = await ask('What is an epoch?')
    const reading = (await drive(streamId)).text()
    const first = await untilText(streamId)
    const stopping = await fetch(at(`/api/streams/${streamId}/stop`), { method: 'POST' })
    expect(stopping.status).toBe(200)
    const text = await reading
    expect(text.startsWith(first)).toBe(true)
    expect(await stored(streamId)).toMatchObject({ text, status: 'stopped' })
    expect(errors).toEqual([])
  })

  it('lets a running answer finish when it is closed, and accepts no new one', async () => {
    playground = await start(40)
    const { streamId } = await ask('What is an epoch?')
    const response = await drive(streamId)
    const closing = playground.close()
    expect(playground.close()).toBe(closing)
    const [text] = await Promise.all([response.text(), closing])
    expect(text).toContain('the number of a claim to produce')
    await expect(fetch(at('/'))).rejects.toThrow()
    playground = await start(1)
    expect(await stored(streamId)).toMatchObject({ text, status: 'done' })
  })

  it('names the fix when its port is taken, and closes its files', async () => {
    playground = await start(1)
    const { port } = playground
    await expect(start(1, port)).rejects.toThrow(
      `port ${port}: it is taken. Choose another: PORT=${port + 1} npm start`,
    )
  })

  it('serves no name but its own, so that no page of another site can read it', async () => {
    playground = await start(1)
    const { port } = playground
    for (const path of ['/', '/api/chats', '/api/streams/AAAAAAAAAAAAAAAAAAAAAA', '/library/README.md', '/api/none']) {
      expect(await statusAs(path, `evil.test:${port}`), path).toBe(403)
    }
    for (const host of ['127.0.0.1.evil.test', 'localhost.evil.test', '192.168.0.9', '[::2]']) {
      expect(await statusAs('/', host), host).toBe(403)
    }
    for (const host of ['localhost', 'LOCALHOST', 'localhost.', '127.0.0.1', '[::1]', 'shared.test']) {
      expect(await statusAs('/', `${host}:${port}`), host).toBe(200)
    }
  })

  it('lets no visitor delete an answer', async () => {
    playground = await start(1e6)
    const { streamId } = await ask('What is an epoch?')
    const text = await (await drive(streamId)).text()
    expect((await fetch(at(`/api/streams/${streamId}`), { method: 'DELETE' })).status).toBe(404)
    expect(await stored(streamId)).toMatchObject({ text, status: 'done' })
  })

  it('writes nothing for a stream without a question', async () => {
    playground = await start(1)
    expect((await drive('AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404)
  })
})

/** `fetch` does not allow setting this header. */
function statusAs(path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(at(path), { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
}

/** The first text that is durable. */
async function untilText(streamId: string): Promise<string> {
  const response = await fetch(at(`/api/streams/${streamId}`), { headers: { Accept: 'text/event-stream' } })
  let seen = ''
  for await (const bytes of response.body ?? []) {
    seen += new TextDecoder().decode(bytes)
    const data = /^id: .*\ndata: (".*")$/m.exec(seen)?.[1]
    if (data !== undefined) return JSON.parse(data) as string
  }
  throw new Error(`the stream ended before any text: ${seen}`)
}

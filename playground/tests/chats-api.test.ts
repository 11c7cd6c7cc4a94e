import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../server/app'
import { type Chats, openChats } from '../server/chats'
import type { Chat, ChatSummary } from '../shared/chat'
import { maxPromptLength } from '../shared/prompt-limit'
import { samplePage } from './sample-page'

let folder: string
let chats: Chats
let app: Hono
let made: number
let deleted: string[]
let nowMs: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'playground-'))
  nowMs = 1_000
  made = 0
  deleted = []
  chats = openChats(join(folder, 'chats.db'), () => nowMs)
  app = createApp({
    about: { answeredBy: 'documentation' },
    chats,
    createStream: async () => `stream-${++made}`,
    deleteStream: async (id) => deleted.push(id),
    streams: () => new Response('from streams'),
    page: samplePage,
    files: new Map(),
  })
})

afterEach(() => {
  chats.close()
  rmSync(folder, { recursive: true, force: true })
})

const post = (body: unknown, headers: Record<string, string> = {}) =>
  app.request('/api/chats', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const asked = async (body: unknown) => {
  const response = await post(body)
  expect(response.status).toBe(201)
  return (await response.json()) as { chatId: string; streamId: string }
}

describe('asking', () => {
  it('begins a conversation, and goes on in it', async () => {
    const first = await asked({ prompt: '  What is an epoch?\n' })
    expect(first.chatId).toMatch(/^[\w-]{22}$/)
    expect(first.streamId).toBe('stream-1')
    nowMs = 2_000
    const second = await asked({ prompt: 'And a base?', chatId: first.chatId })
    expect(second).toEqual({ chatId: first.chatId, streamId: 'stream-2' })

    const response = await app.request(`/api/chats/${first.chatId}`)
    expect(response.status).toBe(200)
    expect((await response.json()) as Chat).toEqual({
      chatId: first.chatId,
      title: 'What is an epoch?',
      createdAt: 1_000,
      messages: [
        { streamId: 'stream-1', question: 'What is an epoch?', createdAt: 1_000 },
        { streamId: 'stream-2', question: 'And a base?', createdAt: 2_000 },
      ],
    })
    expect(chats.questionOf('stream-2')).toBe('And a base?')
    expect(chats.questionOf('stream-3')).toBeUndefined()
    expect(chats.chatOf('stream-2')).toEqual(chats.read(first.chatId))
    expect(chats.chatOf('stream-3')).toBeUndefined()
  })

  it('lists conversations, the most recently used first', async () => {
    const old = await asked({ prompt: 'first' })
    nowMs = 2_000
    const young = await asked({ prompt: 'second' })
    nowMs = 3_000
    await asked({ prompt: 'again', chatId: old.chatId })

    const { chats: listed } = (await (await app.request('/api/chats')).json()) as { chats: ChatSummary[] }
    expect(listed.map((chat) => [chat.chatId, chat.title, chat.questions])).toEqual([
      [old.chatId, 'first', 2],
      [young.chatId, 'second', 1],
    ])
  })

  it('keeps a question exact for any script, without characters that no screen can show', async () => {
    const { chatId } = await asked({ prompt: 'Ünïcödé 👩‍👩‍👧 line\nnext\u0000\u001b[31m\ud800!' })
    expect(chats.read(chatId)?.messages[0]?.question).toBe('Ünïcödé 👩‍👩‍👧 line\nnext  [31m !')
  })

  it('reports what is wrong with a question', async () => {
    const cases: [body: unknown, status: number, code: string][] = [
      ['{', 400, 'invalid-body'],
      [[], 400, 'invalid-body'],
      ['null', 400, 'invalid-body'],
      [{}, 400, 'invalid-prompt'],
      [{ prompt: 7 }, 400, 'invalid-prompt'],
      [{ prompt: ' \n\u0000 ' }, 400, 'empty-prompt'],
      [{ prompt: 'x'.repeat(maxPromptLength + 1) }, 400, 'prompt-too-long'],
      [{ prompt: 'x', chatId: '../x' }, 400, 'invalid-chat'],
      [{ prompt: 'x', chatId: 5 }, 400, 'invalid-chat'],
      [{ prompt: 'x', chatId: 'unknown' }, 404, 'not-found'],
    ]
    for (const [body, status, code] of cases) {
      const response = await post(body)
      expect([response.status, ((await response.json()) as { code: string }).code], JSON.stringify(body)).toEqual([
        status,
        code,
      ])
    }
    expect(made).toBe(0)
    expect(chats.list(10)).toEqual([])
  })

  it('refuses a body over its bound before it is read, with or without a length header', async () => {
    const reported = await post('{}', { 'Content-Length': '1000000' })
    expect(reported.status).toBe(413)

    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1024).fill(32))
      },
    })
    const untold = await app.request('/api/chats', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
      body: endless,
      duplex: 'half',
    } as RequestInit)
    expect(untold.status).toBe(413)
    expect(await untold.json()).toMatchObject({ code: 'too-large' })
    expect(pulled).toBeLessThan(40)
  })

  it('refuses other content, other sites and other methods', async () => {
    expect((await post({ prompt: 'x' }, { 'Content-Type': 'text/plain' })).status).toBe(415)
    expect((await post({ prompt: 'x' }, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await post({ prompt: 'x' }, { Origin: 'http://evil.test', Host: 'localhost' })).status).toBe(403)
    expect((await post({ prompt: 'x' }, { Origin: 'null', Host: 'localhost' })).status).toBe(403)
    expect((await post({ prompt: 'x' }, { Origin: 'http://localhost', Host: 'localhost' })).status).toBe(201)
    expect((await post({ prompt: 'x' }, { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(201)
    expect((await app.request('/api/chats', { method: 'DELETE' })).status).toBe(405)
  })

  it('returns 304 for an unchanged conversation, and 404 for an unknown one', async () => {
    const { chatId } = await asked({ prompt: 'x' })
    const first = await app.request(`/api/chats/${chatId}`)
    const tag = first.headers.get('etag') ?? ''
    expect(tag).not.toBe('')
    const second = await app.request(`/api/chats/${chatId}`, { headers: { 'If-None-Match': tag } })
    expect(second.status).toBe(304)
    const unknown = await app.request('/api/chats/none')
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'not-found' }])
  })

  it('begins no further question in a conversation that is full, and leaves no stream behind', async () => {
    const { chatId } = await asked({ prompt: 'x' })
    for (let count = 1; count < 200; count++) chats.add('x', `filler-${count}`, chatId)
    const response = await post({ prompt: 'one more', chatId })
    expect([response.status, await response.json()]).toMatchObject([409, { code: 'chat-full' }])
    expect(deleted).toEqual(['stream-2'])
  })

  it('leaves no stream behind for a question that could not be kept', async () => {
    chats.close()
    expect((await post({ prompt: 'x' })).status).toBe(500)
    expect(deleted).toEqual(['stream-1'])
  })
})

describe('the file of conversations', () => {
  it('is there again after it was closed', async () => {
    const { chatId } = await asked({ prompt: 'kept?' })
    chats.close()
    chats.close()
    chats = openChats(join(folder, 'chats.db'))
    expect(chats.read(chatId)?.messages).toHaveLength(1)
  })

  it('is left alone when a newer version wrote it', () => {
    chats.close()
    const path = join(folder, 'chats.db')
    const db = new Database(path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(() => openChats(path)).toThrow(/schema 99.*DATA_DIR/)
  })
})

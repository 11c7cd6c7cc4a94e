import { readFileSync, writeFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { fromAiSdk } from '@keepstream/ai-sdk'
import { createStreams } from '@keepstream/server'
import { convertToModelMessages, stepCountIs, streamText, tool } from 'ai'
import { Hono } from 'hono'
import { z } from 'zod'
import { openStore } from '../support/open-store.mjs'
import { createModel } from './model.mjs'

/**
 * An application with chats: the AI SDK's `streamText` over a model that needs no network, streams in the store at `STORE`, and
 * the questions in the file `CHATS`. `PAGES` is the folder of the built pages. It prints `producing` when an answer begins.
 */
const streams = createStreams({
  store: openStore(env('STORE')),
  leaseMs: 2_000,
  onError: (error) => console.error(error),
})

/** @typedef {{ messages: import('ai').UIMessage[], ids: string[] }} Chat */
/** @type {Record<string, Chat>} */
const chats = readChats()

/** Lets the tool `search` return. */
let release = () => {}

const tools = {
  search: tool({
    inputSchema: z.object({ query: z.string() }),
    execute: async ({ query }) => {
      await new Promise((resolve) => {
        release = () => resolve(undefined)
      })
      return [`first about ${query}`, 'second']
    },
  }),
  pay: tool({
    inputSchema: z.object({ query: z.string() }),
    needsApproval: true,
    execute: async () => 'paid',
  }),
}

/** @param {{ meta: unknown, signal: AbortSignal }} context */
async function produce({ meta, signal }) {
  console.log('producing')
  const { messages } = /** @type {Chat} */ (meta)
  const result = streamText({
    model: createModel(),
    messages: await convertToModelMessages(messages),
    tools,
    stopWhen: stepCountIs(5),
    abortSignal: signal,
  })
  return fromAiSdk(result, { originalMessages: messages })
}

const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce })
const app = new Hono()
app.get('/', (c) => c.text('ready'))
app.get('/pages/:framework', (c) => c.html(page(c.req.param('framework'))))
app.get('/pages/:framework/page.js', (c) => {
  const script = readFileSync(`${env('PAGES')}/${c.req.param('framework')}/page.js`)
  return c.body(script, 200, { 'content-type': 'text/javascript' })
})
app.get('/chats/:id/answers', (c) => c.json(chats[c.req.param('id')] ?? { messages: [], ids: [] }))
app.post('/release', (c) => {
  release()
  return c.body(null, 204)
})
app.get('/chats/:id/status', async (c) => {
  const ids = chats[c.req.param('id')]?.ids ?? []
  return c.json(await Promise.all(ids.map((id) => streams.getStreamBody(id))))
})
app.post('/chats/:id/answers', async (c) => {
  const { messages } = /** @type {Chat} */ (await c.req.json())
  const id = await streams.createStream({ meta: { messages } })
  const chat = chats[c.req.param('id')]
  // After an approval, the answer goes on in a stream of its own.
  const isNext = chat && messages.at(-1)?.role === 'assistant'
  chats[c.req.param('id')] = isNext ? { ...chat, ids: [...chat.ids, id] } : { messages, ids: [id] }
  writeFileSync(env('CHATS'), JSON.stringify(chats))
  return c.json({ id })
})
app.all('/streams/*', (c) => handle(c.req.raw))
serve({ fetch: app.fetch, port: Number(env('PORT')), hostname: '127.0.0.1' })

function readChats() {
  try {
    return JSON.parse(readFileSync(env('CHATS'), 'utf8'))
  } catch {
    // The first start has no file.
    return {}
  }
}

/** @param {string} framework */
function page(framework) {
  return `<!doctype html><meta charset="utf-8"><title>Chat</title><link rel="icon" href="data:,"><main></main><script type="module" src="/pages/${framework}/page.js"></script>`
}

/** @param {string} name */
function env(name) {
  const value = process.env[name]
  if (value === undefined) throw new Error(`chat-server: set ${name}`)
  return value
}

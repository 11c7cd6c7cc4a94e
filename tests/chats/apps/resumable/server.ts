import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  generateId,
  stepCountIs,
  streamText,
  toUIMessageStream,
  UI_MESSAGE_STREAM_HEADERS,
  type UIMessage,
} from 'ai'
import { Hono } from 'hono'
import { createResumableStreamContext } from 'resumable-stream'
import { model } from './own/model'
import { openTable } from './own/table'
import { tools } from './own/tools'

interface Chat {
  messages: UIMessage[]
  activeStreamId: string | null
}

const chats = openTable<Chat>()
// In Next.js, `waitUntil` is `after`.
const context = createResumableStreamContext({ waitUntil: null })
/** The answers that this process generates. */
const running = new Map<string, AbortController>()

export const app = new Hono()

app.get('/api/chat/:id', (c) => c.json({ messages: chats.get(c.req.param('id'))?.messages ?? [] }))

app.post('/api/chat', async (c) => {
  const { id, messages } = await c.req.json<{ id: string; messages: UIMessage[] }>()
  const streamId = generateId()
  const stopping = new AbortController()
  running.set(streamId, stopping)
  chats.set(id, { messages, activeStreamId: null })
  const result = streamText({
    model,
    tools,
    messages: await convertToModelMessages(messages),
    stopWhen: stepCountIs(5),
    abortSignal: stopping.signal,
  })
  return createUIMessageStreamResponse({
    stream: toUIMessageStream({
      stream: result.stream,
      originalMessages: messages,
      generateMessageId: generateId,
      onEnd({ messages }) {
        running.delete(streamId)
        chats.set(id, { messages, activeStreamId: null })
      },
    }),
    async consumeSseStream({ stream }) {
      await context.createNewResumableStream(streamId, () => stream)
      chats.set(id, { messages, activeStreamId: streamId })
    },
  })
})

app.get('/api/chat/:id/stream', async (c) => {
  const streamId = chats.get(c.req.param('id'))?.activeStreamId
  const stream = streamId && (await context.resumeExistingStream(streamId))
  if (!stream) return c.body(null, 204)
  return new Response(stream.pipeThrough(new TextEncoderStream()), { headers: UI_MESSAGE_STREAM_HEADERS })
})

app.post('/api/chat/:id/stop', async (c) => {
  const chat = chats.get(c.req.param('id'))
  const { answer } = await c.req.json<{ answer?: UIMessage }>()
  if (!chat?.activeStreamId) return c.body(null, 204)
  const messages = answer ? [...chat.messages.filter(({ id }) => id !== answer.id), answer] : chat.messages
  chats.set(c.req.param('id'), { messages, activeStreamId: null })
  running.get(chat.activeStreamId)?.abort()
  return c.body(null, 204)
})

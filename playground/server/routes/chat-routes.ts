import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { etag } from 'hono/etag'
import type { AddResult, Chats } from '../chats'
import { isSameSite } from './is-same-site'
import { readPrompt } from './read-prompt'
import { refuse } from './refuse'

export interface ChatRoutesOptions {
  readonly chats: Chats
  /** Creates the stream for an answer. */
  readonly createStream: () => Promise<string>
  /** Deletes a stream whose question was not added. */
  readonly deleteStream: (id: string) => Promise<unknown>
}

const maxBodyBytes = 16 * 1024
const maxListed = 100

/** The routes to ask and to read questions: `POST /`, `GET /`, `GET /:chatId`. */
export function chatRoutes({ chats, createStream, deleteStream }: ChatRoutesOptions): Hono {
  const routes = new Hono()
  routes.use(async (c, next) => {
    await next()
    c.header('Cache-Control', 'private, no-cache')
  })
  routes.use(etag())

  routes.get('/', (c) => c.json({ chats: chats.list(maxListed) }))

  routes.get('/:chatId', (c) => {
    const chat = chats.read(c.req.param('chatId'))
    return chat === undefined ? refuse(404, 'not-found', 'There is no such conversation.') : c.json(chat)
  })

  const limit = bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => refuse(413, 'too-large', `A question's body may have ${maxBodyBytes} bytes.`),
  })
  routes.post('/', limit, async (c) => {
    if (!isSameSite(c.req.raw.headers)) return refuse(403, 'cross-origin', 'Ask from the playground’s own page.')
    if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
      return refuse(415, 'unsupported-type', 'Send the question as application/json.')
    }
    const body: unknown = await c.req.json().catch(() => undefined) // not JSON: refused below
    const parsed = readPrompt(body)
    if (parsed.type === 'invalid') return refuse(400, parsed.code, parsed.message)
    if (parsed.chatId !== undefined && chats.read(parsed.chatId) === undefined) {
      return refuse(404, 'not-found', 'There is no such conversation. Leave `chatId` out to begin a new one.')
    }

    const streamId = await createStream()
    let added: AddResult | undefined
    try {
      added = chats.add(parsed.prompt, streamId, parsed.chatId)
    } finally {
      // Without a conversation the stream could not be found again.
      if (added?.type !== 'added') await deleteStream(streamId)
    }
    if (added.type === 'unknown') return refuse(404, 'not-found', 'There is no such conversation.')
    if (added.type === 'full') return refuse(409, 'chat-full', 'This conversation is full. Begin a new one.')
    return c.json({ chatId: added.chatId, streamId }, 201)
  })

  routes.all('*', (c) => refuse(405, 'method-not-allowed', `${c.req.method} is not possible here.`))
  return routes
}

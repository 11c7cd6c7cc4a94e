import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { etag } from 'hono/etag'
import type { AddResult, Chats } from './chats'
import { isSameSite } from './is-same-site'
import { readPrompt } from './read-prompt'
import { refuse } from './refuse'

export interface ChatRoutesOptions {
  readonly chats: Chats
  /** Makes the stream that will carry an answer. */
  readonly createStream: () => Promise<string>
  /** Takes back one that no question came to. */
  readonly deleteStream: (id: string) => Promise<unknown>
}

const maxBodyBytes = 16 * 1024
const maxListed = 100

/** Asking, and reading what was asked: `POST /`, `GET /`, `GET /:chatId`. */
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
    const body: unknown = await c.req.json().catch(() => undefined) // not JSON: told as an unusable body below
    const asked = readPrompt(body)
    if (asked.type === 'invalid') return refuse(400, asked.code, asked.message)
    if (asked.chatId !== undefined && chats.read(asked.chatId) === undefined) {
      return refuse(404, 'not-found', 'There is no such conversation. Leave `chatId` out to begin a new one.')
    }

    const streamId = await createStream()
    let added: AddResult | undefined
    try {
      added = chats.add(asked.prompt, streamId, asked.chatId)
    } finally {
      // No conversation leads to it: nobody would ever find it again.
      if (added?.type !== 'added') await deleteStream(streamId)
    }
    if (added.type === 'unknown') return refuse(404, 'not-found', 'There is no such conversation.')
    if (added.type === 'full') return refuse(409, 'chat-full', 'This conversation is full. Begin a new one.')
    return c.json({ chatId: added.chatId, streamId }, 201)
  })

  routes.all('*', (c) => refuse(405, 'method-not-allowed', `${c.req.method} is not possible here.`))
  return routes
}

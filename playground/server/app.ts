import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { About } from '../shared/about'
import type { Chats } from './chats'
import { chatRoutes } from './routes/chat-routes'
import { libraryRoutes } from './routes/library-routes'
import type { PageFiles } from './routes/page-files'
import { pageRoutes } from './routes/page-routes'
import { refuse } from './routes/refuse'

export interface AppOptions {
  readonly about: About
  readonly chats: Chats
  readonly createStream: () => Promise<string>
  readonly deleteStream: (id: string) => Promise<unknown>
  /** Handles everything below `/api/streams/`. */
  readonly streams: (request: Request) => Response | Promise<Response>
  readonly page: PageFiles
  /** The documentation's files, by path. */
  readonly files: ReadonlyMap<string, string>
  readonly onError?: (error: unknown) => void
}

/** Creates the playground's HTTP app. */
export function createApp(options: AppOptions): Hono {
  const { about, chats, createStream, deleteStream, streams, page, files, onError } = options
  const app = new Hono()
  // Streams set their own headers, so their responses are not wrapped.
  app.all('/api/streams/*', (c) => streams(c.req.raw))

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: 'DENY',
      // The playground is served over plain HTTP, and this header would force HTTPS on the whole host.
      strictTransportSecurity: false,
      referrerPolicy: 'same-origin',
    }),
  )
  app.route('/api/chats', chatRoutes({ chats, createStream, deleteStream }))
  app.get('/api/about', (c) => c.json(about, { headers: { 'Cache-Control': 'no-cache' } }))
  app.all('/api/*', () => refuse(404, 'not-found', 'There is nothing here.'))
  app.route('/library', libraryRoutes(files))
  app.route('/', pageRoutes(page))

  app.notFound(() => refuse(404, 'not-found', 'There is nothing here.'))
  app.onError((error) => {
    onError?.(error)
    return refuse(500, 'server', 'Something went wrong on the server.')
  })
  return app
}

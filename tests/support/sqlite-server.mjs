import { serve } from '@hono/node-server'
import { createStreams } from '@keepstream/server'
import { sqliteStore } from '@keepstream/server/sqlite'
import { Hono } from 'hono'
import { answerPieces } from './answer-text.mjs'

/**
 * A small application on SQLite, to be killed and started again. `POST /create` takes what an answer shall be:
 * `{ seed, count, delayMs }`. It prints `producing SEED` whenever a producer starts.
 */
const streams = createStreams({
  store: sqliteStore({ path: env('DATABASE') }),
  leaseMs: Number(env('LEASE_MS')),
  onError: (error) => console.error(error),
})

/** @param {{ seed: number, count: number, delayMs: number }} answer @param {AbortSignal} signal */
async function* produce({ seed, count, delayMs }, signal) {
  console.log(`producing ${seed}`)
  for (const piece of answerPieces(seed, count)) {
    yield piece
    if (signal.aborted) return
    await new Promise((resolve) => setTimeout(resolve, delayMs))
  }
}

const handle = streams.handler({
  basePath: '/streams',
  authorize: 'public',
  produce:
    ({ meta }) =>
    (_append, { signal }) =>
      produce(/** @type {any} */ (meta), signal),
})
const app = new Hono()
app.get('/', (c) => c.text('ready'))
app.post('/create', async (c) => c.json({ id: await streams.createStream({ meta: await c.req.json() }) }))
app.all('/streams/*', (c) => handle(c.req.raw))
const server = serve({ fetch: app.fetch, port: Number(env('PORT')), hostname: '127.0.0.1' })

process.on('SIGTERM', async () => {
  server.close()
  await streams.close()
  process.exit(0)
})

/** @param {string} name */
function env(name) {
  const value = process.env[name]
  if (value === undefined) throw new Error(`sqlite-server: set ${name}`)
  return value
}

import { serve } from '@hono/node-server'
import { createStreams } from '@keepstream/server'
import { Hono } from 'hono'
import { answerPieces } from './answer-text.mjs'
import { openStore } from './open-store.mjs'

/**
 * A small application on the store at `STORE`, for tests that kill, freeze and restart it. `POST /create` takes the
 * properties of an answer: `{ seed, count, delayMs }`. It prints `producing SEED` when a producer starts, `stored ID
 * OFFSET` for each slice, `closed ID` at the end, and `fenced ID` when a run has lost its stream. With `CAN_RESUME`, a
 * producer continues after the stored text.
 */
const canResume = process.env['CAN_RESUME'] !== undefined
const streams = createStreams({
  store: openStore(env('STORE')),
  leaseMs: Number(env('LEASE_MS')),
  onError: (error) => console.error(error),
  onEvent: (event) => {
    if (event.type === 'stored') console.log(`stored ${event.id} ${event.offset}`)
    if (event.type === 'fenced' || event.type === 'closed') console.log(`${event.type} ${event.id}`)
  },
})

/** @param {{ meta: any, signal: AbortSignal, text: string }} context */
async function* produce({ meta, signal, text }) {
  const { seed, count, delayMs } = /** @type {{ seed: number, count: number, delayMs: number }} */ (meta)
  console.log(`producing ${seed}`)
  let end = 0
  for (const chunk of answerPieces(seed, count)) {
    const begin = end
    end += chunk.length
    if (end <= text.length) continue
    yield chunk.slice(Math.max(0, text.length - begin))
    if (signal.aborted) return
    await new Promise((resolve) => setTimeout(resolve, delayMs))
  }
}

const handle = streams.handler({
  basePath: '/streams',
  authorize: 'public',
  canResume,
  produce,
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
  if (value === undefined) throw new Error(`stream-server: set ${name}`)
  return value
}

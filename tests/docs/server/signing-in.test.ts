import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import type { StreamClient } from '@keepstream/core'
import type { CreateStreamsOptions, Producer, Streams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import type { Hono } from 'hono'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { extractExamples } from '../../gates/extract-examples.mjs'
import { until } from '../../support/until'

interface Page {
  createApp(options: CreateStreamsOptions, produce: Producer): { app: Hono; streams: Streams }
  issueToken(userId: string): Promise<string>
  createClient(url: string, fetchToken: () => Promise<string | undefined>): StreamClient
}

interface Served {
  readonly method: string
  readonly path: string
  readonly user: string
  status: number
}

const folder = join(import.meta.dirname, '../../.output/signing-in-examples')
const tokenMs = 20_000
let page: Page
beforeAll(async () => {
  await extractExamples(folder)
  const example = (name: string) => import(/* @vite-ignore */ join(folder, 'react/docs-signing-in', name))
  page = { ...(await example('server.ts')), ...(await example('client.ts')) }
})

let skipped = 0
let server: Server
let streams: Streams
let url: string
let served: Served[]
let open: Set<ServerResponse>
let append: (text: string) => Promise<void>
let finish: () => void
let runs: number
const leaving: (() => void)[] = []

beforeEach(async () => {
  skipped = 0
  const { now } = Date
  vi.spyOn(Date, 'now').mockImplementation(() => now() + skipped)
  served = []
  open = new Set()
  runs = 0
  // The store has its own clock, so that only tokens expire.
  const store = memoryStore({ now: () => performance.now() })
  const made = page.createApp({ store, rolloverMs: 250, keepAliveMs: 50, drainMs: 0 }, (context) => {
    expect(context.meta).toMatchObject({ prompt: 'Why?' })
    runs += 1
    append = context.append
    return new Promise<void>((resolve) => {
      finish = resolve
    })
  })
  streams = made.streams
  const listener = getRequestListener(made.app.fetch)
  server = createServer((request, response) => {
    const [, claims = ''] = request.headers.authorization?.split('.') ?? []
    const user = claims && JSON.parse(Buffer.from(claims, 'base64url').toString()).sub
    const one = { method: request.method ?? '', path: (request.url ?? '').replace(/[\w-]{22}/, 'ID'), user, status: 0 }
    served.push(one)
    open.add(response)
    response.on('close', () => {
      one.status = response.statusCode
      open.delete(response)
    })
    return listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  for (const leave of leaving.splice(0)) leave()
  vi.restoreAllMocks()
  await streams.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A browser in which a user is signed in, until `isSignedIn` is false. */
function createBrowser(userId: string) {
  const browser = { isSignedIn: true, renewals: 0 }
  const client = page.createClient(`${url}/streams`, async () => {
    browser.renewals += 1
    return browser.isSignedIn ? page.issueToken(userId) : undefined
  })
  return Object.assign(browser, {
    read(id: string, options?: { start?: boolean }) {
      const stream = client.stream(id)
      leaving.push(stream.subscribe(() => {}, options))
      return stream
    },
  })
}

async function ask(userId: string): Promise<string> {
  const headers = { authorization: `Bearer ${await page.issueToken(userId)}` }
  const response = await fetch(`${url}/chats`, { method: 'POST', headers, body: JSON.stringify({ prompt: 'Why?' }) })
  return (await response.json()).streamId
}

/** The read requests so far, in order. */
const reads = () => served.filter(({ method, status }) => method === 'GET' && status !== 0)

describe('docs/signing-in.md, with tokens of 20 s', () => {
  it('renews them at the follower’s rollover and the driver’s next cut, and keeps the offset', async () => {
    const id = await ask('ada')
    const [laptop, phone] = [createBrowser('ada'), createBrowser('ada')]
    const driver = laptop.read(id, { start: true })
    const follower = phone.read(id)
    await until(() => runs === 1)
    await append('One. ')
    await until(() => driver.$state.get().text === 'One. ' && follower.$state.get().text === 'One. ')
    expect([laptop.renewals, phone.renewals]).toEqual([1, 1])

    skipped += tokenMs + 1_000
    await until(() => phone.renewals === 2)
    await append('Two. ')
    await until(() => follower.$state.get().text === 'One. Two. ')
    const refused = reads().find(({ status }) => status === 401)
    expect(refused?.path).toBe('/streams/ID?offset=5&epoch=1')
    expect(laptop.renewals).toBe(1)

    skipped += tokenMs + 1_000
    await until(() => driver.$state.get().text === 'One. Two. ')
    for (const response of open) response.destroy()
    await until(() => laptop.renewals === 2 && phone.renewals === 3)
    await append('Three.')
    finish()
    for (const { $state } of [driver, follower]) {
      await until(() => $state.get().status === 'done')
      expect($state.get()).toMatchObject({ text: 'One. Two. Three.', error: undefined, isReconciled: false })
    }
    expect(runs).toBe(1)
    // Only a reader without any text may request it from the start.
    const fromStart = reads().filter(({ path, status }) => path.includes('offset=0') && status === 200)
    expect(fromStart.length).toBeLessThanOrEqual(1)
  })

  it('fails as unauthorized after signing out, keeps the text, and continues after signing in', async () => {
    const id = await ask('ada')
    const phone = createBrowser('ada')
    const stream = phone.read(id, { start: true })
    await until(() => runs === 1)
    await append('One. ')
    await until(() => stream.$state.get().text === 'One. ')
    phone.isSignedIn = false
    skipped += tokenMs + 1_000
    for (const response of open) response.destroy()
    await until(() => stream.$state.get().connection === 'failed')
    expect(stream.$state.get()).toMatchObject({
      text: 'One. ',
      error: { code: 'unauthorized', serverCode: 'token-expired', message: expect.stringContaining('Sign in again.') },
    })
    phone.isSignedIn = true
    stream.retry()
    await append('Two.')
    finish()
    await until(() => stream.$state.get().status === 'done')
    expect(stream.$state.get()).toMatchObject({ text: 'One. Two.', error: undefined })
    expect(reads().at(-1)?.path).toMatch(/offset=5/)
  })

  it('treats another user’s stream like one that does not exist, for every request', async () => {
    const id = await ask('ada')
    const eve = createBrowser('eve')
    const [foreign, missing] = [eve.read(id, { start: true }), eve.read('0123456789abcdefghijkl', { start: true })]
    await until(() => [foreign, missing].every(({ $state }) => $state.get().connection === 'failed'))
    expect(foreign.$state.get().error).toMatchObject({ code: 'not-found', serverCode: 'not-found' })
    expect(foreign.$state.get().error?.message).toBe(missing.$state.get().error?.message)
    const authorization = `Bearer ${await page.issueToken('eve')}`
    for (const headers of [{ authorization }, {}, { authorization: 'Bearer forged' }]) {
      for (const [method, verb] of [
        ['GET', ''],
        ['POST', '/drive'],
        ['POST', '/stop'],
        ['DELETE', ''],
      ]) {
        const [one, other] = await Promise.all(
          [id, '0123456789abcdefghijkl'].map(async (requestedId) => {
            const response = await fetch(`${url}/streams/${requestedId}${verb}`, { method, headers } as RequestInit)
            return [response.status, await response.text()]
          }),
        )
        expect(one).toEqual(other)
      }
    }
    expect([runs, (await streams.getStreamBody(id)).status]).toEqual([0, 'pending'])
  })
})

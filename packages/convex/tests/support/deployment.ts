import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StreamId } from '@convex-dev/persistent-text-streaming'
import component from '@convex-dev/persistent-text-streaming/test'
import type { FunctionReturnType } from 'convex/server'
import { convexTest } from 'convex-test'
import { expect, vi } from 'vitest'
import { api } from './app/_generated/api'
import { onChange } from './app/changes'
import schema from './app/schema'
import { findWriter, forgetWriters } from './app/writers'
import { bodyQuery, serveSync } from './sync-server'

const modules = import.meta.glob(['./app/**/*.ts'])

const patience = { timeout: 45_000, interval: 10 }

/** A request that drives, as it came. */
export interface DriveRequest {
  readonly authorization: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/**
 * An app with the real component, in `convex-test`, behind a real HTTP server: HTTP actions are answered chunk by chunk,
 * and queries are pushed to real Convex clients on every change.
 */
export async function deploy() {
  const convex = convexTest(schema, modules)
  component.register(convex)
  forgetWriters()
  const drives: DriveRequest[] = []
  const answers = new Set<ServerResponse>()
  let refusal: number | undefined

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error))
  })

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const body = await read(request)
    const { headers, method = 'GET', url = '/' } = request
    if (method === 'POST') drives.push({ authorization: headers.authorization, headers, body })
    if (refusal !== undefined) return response.writeHead(refusal).end()
    const {
      status,
      headers: sent,
      body: stream,
    } = await convex.fetch(url, { method, body, headers: headers as Record<string, string> })
    answers.add(response)
    response.writeHead(status, Object.fromEntries(sent))
    response.flushHeaders()
    const reader = stream?.getReader()
    response.on('close', () => {
      answers.delete(response)
      reader?.cancel().catch(() => {}) // the component's writer goes on without it
    })
    for (;;) {
      const { done = true, value } = (await reader?.read()) ?? {}
      if (done) return response.end()
      response.write(value)
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sync = serveSync(server, convex as never)
  const forget = onChange(sync.pushAll)
  const messages = () => convex.query(api.messages.listMessages, {})
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    streamUrl: `${url}/chat-stream`,
    /** Every POST so far. */
    drives,
    /** Resolves when an HTTP action is responding. */
    isAnswering: () => vi.waitFor(() => expect(answers.size).toBeGreaterThan(0), patience),
    /** Resolves when no HTTP action is responding. */
    isQuiet: () => vi.waitFor(() => expect(answers.size).toBe(0), patience),
    /** Resolves when this many drive requests have come, and the refused ones have their response. */
    hasDriven: (count: number) => vi.waitFor(() => expect(drives.length).toBeGreaterThanOrEqual(count), patience),
    subscribed: sync.subscribed,
    get pushedText() {
      return sync.pushedText
    },
    get asked() {
      return sync.asked
    },
    /** Resolves when a query is subscribed to and has a result. */
    hasPushed: () => vi.waitFor(() => expect(sync.pushed()).toContain(bodyQuery), patience),
    /** A new message, the stream of its answer, and its writer. */
    async create() {
      const message = await convex.mutation(api.messages.sendMessage, { prompt: 'Why?' })
      const { responseStreamId } = (await messages()).find(({ _id }) => _id === message) as Message
      const id = responseStreamId as StreamId
      return { id, writer: findWriter(id) }
    },
    messages,
    stored: (streamId: string) => convex.query(api.streaming.getStreamBody, { streamId }),
    /** Deletes all messages with their streams. */
    async clear() {
      await convex.mutation(api.messages.clearMessages, {})
      await convex.finishInProgressScheduledFunctions()
      sync.pushAll()
    },
    /** Breaks every connection that drives. */
    cutAnswers() {
      for (const response of answers) response.destroy()
    },
    cutSockets: sync.cut,
    /** Resolves when those that were cut have connected again by themselves, which is up to their own waits. */
    hasReconnected: () => vi.waitFor(() => expect(sync.isBack()).toBe(true), patience),
    /** Responds to each drive with this status from now on. */
    refuse(status: number | undefined) {
      refusal = status
    },
    async close() {
      forget()
      sync.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Message = FunctionReturnType<typeof api.messages.listMessages>[number]

export type Deployment = Awaited<ReturnType<typeof deploy>>

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

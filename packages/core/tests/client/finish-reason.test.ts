import { createStreamClient, fetchLive, fetchSnapshot } from '@keepstream/core'
import { fakeStream } from '@keepstream/core/testing'
import { describe, expect, it } from 'vitest'
import { bodyOf, fakeFetch, openBody } from '../support/fake-fetch'
import { settle, useFakeTime } from '../support/fake-time'
import { events, served } from '../support/served'
import { setup, shown } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

const end = (finishReason?: string) =>
  `event: end\nid: 1.4\ndata: ${JSON.stringify({ status: 'done', offset: 4, finishReason })}\n\n`

describe('S16 the finish reason', () => {
  it('is shown with the end, and not before', async () => {
    const body = openBody(SSE)
    const stream = served({ read: () => body.response }).client.stream('a')
    const seen: unknown[] = []
    stream.subscribe(({ status, finishReason }) => seen.push(`${status} ${finishReason}`))
    body.send(wire.grows(4) + wire.text(4, 'half'))
    await settle()
    body.send(end('length'))
    await settle()
    expect([...new Set(seen)]).toEqual(['pending undefined', 'streaming undefined', 'done length'])
  })

  it('comes with a drive, a poll and the response to a stop', async () => {
    const drive = served({ drive: () => events(wire.grows(4), wire.text(4, 'half'), end('length')) }).client.stream('a')
    drive.attach({ start: true })

    const read = setup({ snapshot: async () => ({ offset: 0, text: 'half', status: 'done', finishReason: 'length' }) })
    const polled = read.client.stream('a')
    polled.attach()

    const open = openBody(SSE)
    const { client } = served({
      read: () => open.response,
      stop: () => Response.json({ status: 'done', offset: 4, epoch: 1, finishReason: 'length' }),
    })
    const stopped = client.stream('a')
    stopped.attach()
    open.send(wire.grows(4) + wire.text(4, 'half'))
    await settle()
    await stopped.stop()

    for (const stream of [drive, polled, stopped])
      expect(shown(stream)).toMatchObject({ text: 'half', status: 'done', finishReason: 'length' })
  })

  it('is kept by what a page was rendered with, and left out where there is none', () => {
    const { client } = setup()
    const initial = { text: 'half', status: 'done', finishReason: 'length' } as const
    expect(client.stream('a', { initial }).$state.get()).toMatchObject({ finishReason: 'length' })
    expect(client.stream('b', { initial: { text: 'whole', status: 'done' } }).$state.get()).toMatchObject({
      finishReason: undefined,
    })
  })

  it("is read from another dialect's events, also where the end comes later", async () => {
    const chunk = (content: string | undefined, finish_reason: string | null = null) =>
      `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason }] })}\n\n`
    const answer = `${chunk('ha')}${chunk('lf')}${chunk(undefined, 'length')}data: [DONE]\n\n`
    const fetch = fakeFetch(() => bodyOf([answer], SSE))
    const live = fetchLive({
      url: '/chat',
      fetch,
      decode({ data }) {
        const [choice] = JSON.parse(data).choices
        return { text: choice.delta.content, finishReason: choice.finish_reason }
      },
    })
    const stream = createStreamClient({ live, snapshot: fetchSnapshot({ url: '/text', fetch }) }).stream('a')
    stream.attach({ start: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'done', finishReason: 'length' })
  })

  it.each(['tail', 'fetcher', 'subscription'] as const)(
    'is reported by fakeStream, read as a %s',
    async (snapshotAs) => {
      const fake = fakeStream({ text: 'half an answer', finishReason: 'length', snapshotAs })
      const client = createStreamClient(fake.sources)
      for (const driven of [true, false]) client.stream('a').attach({ start: driven })
      await fake.finish()
      expect(client.stream('a').$state.get()).toMatchObject({ status: 'done', finishReason: 'length' })
    },
  )
})

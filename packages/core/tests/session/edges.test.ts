import { createStreamClient, fetchLive, fetchSnapshot, type HeadersRequest } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakeFetch, json } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { events, served } from '../support/served'
import { setup, shown, WAITS } from '../support/setup'
import { wire } from '../support/wire'

useFakeTime()

describe('a stream without an id', () => {
  it("shows nothing, whatever another reader's `initial` was", () => {
    const { client } = setup()
    client.stream(undefined, { initial: { text: 'of somebody', status: 'done' } })
    expect(shown(client.stream(undefined))).toMatchObject({ text: '', status: 'pending' })
  })
})

describe('a poll without a response', () => {
  it('is given up, and the next one is sent', async () => {
    const fetch = fakeFetch((_, count) =>
      count === 1 ? new Promise<never>(() => {}) : json({ offset: 0, text: 'all', status: 'done' }),
    )
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch }), retry: WAITS, poll: WAITS })
    const stream = client.stream('a')
    stream.attach()
    await pass(120_000)
    expect(fetch.requests.length).toBeGreaterThan(1)
    expect(fetch.requests[0]?.init.signal?.aborted).toBe(true)
    expect(shown(stream)).toMatchObject({ text: 'all', status: 'done' })
  })
})

describe('an event of a newer server', () => {
  it('is skipped when its name is not known', async () => {
    const { client, asked } = served({
      read: () =>
        events(wire.grows(2), wire.text(1, 'a'), 'event: other\ndata: {"x":1}\n\n', wire.text(2, 'b'), wire.end(2)),
    })
    const stream = client.stream('a')
    stream.attach()
    await pass(5000)
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'done', error: undefined })
    expect(asked()).toHaveLength(1)
  })
})

describe('headers', () => {
  it('are renewed once for a live and a snapshot source of one client that share their function', async () => {
    let refreshes = 0
    const fetch = fakeFetch(() => json({}, { status: 401 }))
    const headers = ({ isRefresh }: HeadersRequest) => {
      if (!isRefresh) return {}
      refreshes++
      return new Promise<never>(() => {})
    }
    const client = createStreamClient({
      live: fetchLive({ url: '/drive', fetch, headers }),
      snapshot: fetchSnapshot({ url: '/read', fetch, headers }),
    })
    client.stream('a').attach({ start: true })
    client.stream('b').attach()
    await settle()
    expect(fetch.requests).toHaveLength(2)
    expect(refreshes).toBe(1)
  })
})

describe('a follower and a driver that are mounted in the same tick', () => {
  it('cost one request', async () => {
    const { client, live, tail } = setup()
    client.stream('a').attach()
    client.stream('a').attach({ start: true })
    await settle()
    expect([live.opened.length, tail.opened.length]).toEqual([1, 0])
  })
})

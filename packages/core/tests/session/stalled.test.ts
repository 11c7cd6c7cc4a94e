import { describe, expect, it } from 'vitest'
import { openBody } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { served } from '../support/served'
import { GRACE_MS, setup, shown } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

const stalls = wire.status({ status: 'streaming', epoch: 1, base: 0, upToDate: true, stalled: true })

describe('S15 a stream that no process writes at the moment', () => {
  it('is shown as stalled when the server reports it, in both directions, and not at its end', async () => {
    const body = openBody(SSE)
    const { client } = served({ read: () => body.response })
    const stream = client.stream('a')
    const seen: boolean[] = []
    stream.subscribe(({ isStalled }) => seen.push(isStalled))
    body.send(wire.grows(4, { upToDate: true }) + wire.text(4, 'half') + stalls)
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'streaming', isStalled: true, retrying: undefined })
    body.send(wire.grows(4, { upToDate: true }) + wire.text(8, 'more'))
    await pass(200)
    expect(shown(stream)).toMatchObject({ text: 'halfmore', isStalled: false })
    body.send(stalls + wire.end(8, 'timeout'))
    await settle()
    expect(shown(stream)).toMatchObject({ status: 'timeout', isStalled: false, error: { code: 'timeout' } })
    expect(seen.filter((value, index) => value !== seen[index - 1])).toEqual([false, true, false, true, false])
  })

  it('is reported to a driver too, and by a poll', async () => {
    const drive = openBody(SSE)
    const driven = served({ drive: () => drive.response }).client.stream('a')
    driven.attach({ start: true })
    drive.send(stalls)
    await settle()
    expect(shown(driven)).toMatchObject({ status: 'streaming', isStalled: true })

    const polled = setup({ snapshot: async () => ({ offset: 0, text: 'half', status: 'streaming', stalled: true }) })
    const stream = polled.client.stream('a')
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'half', isStalled: true })
  })

  it('stays stalled over a lost connection, and is forgotten without a reader', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    const leave = stream.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'half', status: 'streaming', stalled: true })
    tail.last.close()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'half', isStalled: true })
    leave()
    await pass(GRACE_MS)
    expect(shown(stream)).toMatchObject({ connection: 'idle', isStalled: false })
  })
})

describe('every end that was not wanted', () => {
  it.each([
    ['done', undefined, undefined, undefined],
    ['stopped', undefined, undefined, undefined],
    ['error', 'too-long', 'generation', 'too-long'],
    ['error', undefined, 'generation', undefined],
    ['timeout', undefined, 'timeout', undefined],
  ] as const)('tells why, by a code and a sentence: %s %s', async (status, word, code, serverCode) => {
    const body = openBody(SSE)
    const { client } = served({ read: () => body.response })
    const stream = client.stream('a')
    stream.attach()
    body.send(wire.grows(4) + wire.text(4, 'half') + wire.end(4, status, word))
    await settle()
    const { error } = shown(stream)
    expect([shown(stream).status, error?.code, error?.serverCode]).toEqual([status, code, serverCode])
    if (error) expect(error.message).toContain('the text up to here is kept')
    if (word) expect(error?.message).toContain(word)
  })
})

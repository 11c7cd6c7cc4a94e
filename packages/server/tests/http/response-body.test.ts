import { describe, expect, it } from 'vitest'
import { ResponseBody } from '../../src/http/response/response-body'
import { settled } from '../support/clock'

function counted(maxIdle?: number) {
  let nextCalls = 0
  let released = 0
  const steps: (Uint8Array | undefined | 'end')[] = []
  const signal = new AbortController()
  const body = new ResponseBody(
    {
      next() {
        nextCalls++
        return steps.shift()
      },
      release() {
        released++
      },
    },
    signal.signal,
    maxIdle,
  )
  return { body, steps, signal, nextCalls: () => nextCalls, released: () => released }
}

const chunk = new Uint8Array([1])

describe('S16 a body', () => {
  it('calls its source only when it is read, once for each chunk', async () => {
    const { body, steps, nextCalls } = counted()
    steps.push(chunk, chunk)
    await settled()
    expect(nextCalls()).toBe(0)
    const reader = body.stream.getReader()
    expect(await reader.read()).toEqual({ done: false, value: chunk })
    await settled()
    expect(nextCalls()).toBe(1)
  })

  it('waits for wake(), which may also come while it calls its source', async () => {
    const { body, steps, nextCalls } = counted()
    const reader = body.stream.getReader()
    await reader.read()
    const reading = reader.read()
    await settled()
    expect(nextCalls()).toBe(2)
    steps.push(chunk)
    body.wake()
    expect(await reading).toEqual({ done: false, value: chunk })
  })

  it.each(['end', 'cancel', 'abort', 'fail', 'end of the source'])(
    'is released once, even if more happens after: %s',
    async (way) => {
      const { body, steps, signal, released } = counted()
      const reader = body.stream.getReader()
      await reader.read()
      const reading = reader.read().catch((error) => error)
      await settled()
      if (way === 'end') body.end()
      if (way === 'cancel') await reader.cancel()
      if (way === 'abort') signal.abort()
      if (way === 'fail') body.fail(new Error('cut'))
      if (way === 'end of the source') {
        steps.push('end')
        body.wake()
      }
      const last = await reading
      if (way === 'fail') expect(last).toEqual(new Error('cut'))
      else expect(last).toEqual({ done: true, value: undefined })
      body.end()
      body.fail(new Error('late'))
      body.wake()
      signal.abort()
      await reader.cancel().catch(() => undefined)
      expect(released()).toBe(1)
    },
  )

  it('begins with an empty chunk if there is no text yet, so that hosts send the headers', async () => {
    const { body, steps } = counted()
    const reader = body.stream.getReader()
    expect(await reader.read()).toEqual({ done: false, value: new Uint8Array() })
    const reading = reader.read()
    steps.push(chunk)
    body.wake()
    expect(await reading).toEqual({ done: false, value: chunk })
  })

  it('fails if its client neither reads nor cancels, but not if the client reads slowly or waits', async () => {
    const { body, steps, released } = counted(3)
    const reader = body.stream.getReader()
    steps.push(chunk, chunk)
    for (let round = 0; round < 2; round++) {
      await reader.read()
      body.tick()
      body.tick()
    }
    const reading = reader.read()
    await settled()
    for (let tick = 0; tick < 9; tick++) body.tick()
    expect(released()).toBe(0)
    steps.push(chunk)
    body.wake()
    await reading
    for (let tick = 0; tick < 3; tick++) body.tick()
    expect(released()).toBe(1)
    await expect(reader.read()).rejects.toThrow('the client stopped reading')
  })

  it('is released when its source throws, and when the client has already left', async () => {
    let released = 0
    const release = () => {
      released++
    }
    const next = () => {
      throw new Error('from the source')
    }
    const body = new ResponseBody({ next, release }, new AbortController().signal)
    await expect(body.stream.getReader().read()).rejects.toThrow('from the source')
    new ResponseBody({ next, release }, AbortSignal.abort())
    await settled()
    expect(released).toBe(2)
  })
})

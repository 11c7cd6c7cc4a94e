import { createStreams, type Producer, type Streams } from '@keepstream/server'
import { expect, it, onTestFinished } from 'vitest'
import { quickTime } from '../../support/quick-time'
import { until } from '../../support/until'
import { ask, describeWithServer, openStore, type Way, ways } from './with-server'

/** A lease of 45 s expires in 1.1 s. */
const factor = 40

describeWithServer('a Postgres that fails in mid-answer', (server) => {
  for (const [name, way] of Object.entries(ways)) {
    it(`loses nothing when its connections are killed again and again, ${name}`, async () => {
      const answer = await begin(way)
      for (let round = 0; round < 5; round += 1) {
        await answer.write(`Round ${round}. `)
        const killed = await ask(
          server().url,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
        )
        expect(killed.length).toBeGreaterThan(0)
        await answer.write(`Killed ${round}. `)
        await until(async () => (await answer.stored()) === answer.written())
      }
      await answer.endsWell()
    })

    it(`loses nothing when it is restarted, ${name}`, async () => {
      const answer = await begin(way)
      await answer.write('Before. ')
      const restarted = server().restart()
      await answer.write('Meanwhile. ')
      await restarted
      await answer.write('After. ')
      await answer.endsWell()
    })

    it(`loses nothing when it is killed, nor what was acknowledged before, ${name}`, async () => {
      const answer = await begin(way)
      await answer.write('Acknowledged. ')
      await until(async () => (await answer.stored()) === answer.written())
      await server().kill()
      for (let word = 0; word < 20; word += 1) await answer.write(`Word ${word}. `)
      await until(() => answer.errors.length > 0)
      await server().start()
      await answer.endsWell()
    })

    it(`delays no driver and ends no healthy run when it stalls for longer than two leases, ${name}`, async () => {
      const answer = await begin(way)
      await answer.write('Before. ')
      await until(async () => (await answer.stored()) === answer.written())
      await server().pause()
      const beganAt = Date.now()
      for (let word = 0; (Date.now() - beganAt) * factor < 3 * 45_000; word += 1) {
        await answer.write(`Word ${word}. `)
        // The driver gets the text while the store has nothing.
        await until(() => answer.driven() === answer.written())
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      expect(answer.errors.length).toBeGreaterThan(0)
      await server().resume()
      await answer.endsWell()
    })
  }

  /** An answer that one process produces and another follows, each with its own store. */
  async function begin(way: Way) {
    const environment = quickTime(factor)
    const errors: unknown[] = []
    const open = (): Streams =>
      createStreams({
        // The store's clock is as fast as the runtime's. The time limit of an act is not.
        store: openStore({ ...way(server().url), timeoutMs: 500, now: environment.now }),
        environment,
        settleMs: 20 * 60_000,
        onError: (error) => errors.push(error),
      })
    const [here, there] = [open(), open()]
    onTestFinished(async () => {
      await Promise.all([here.close(), there.close()])
    })
    let finish: () => void = () => undefined
    let append: (text: string) => Promise<void> = async () => undefined
    let isProducing = false
    let written = ''
    let aborted: unknown
    const produce: Producer = (context) => {
      append = context.append
      isProducing = true
      context.signal.addEventListener('abort', () => {
        aborted = context.signal.reason
      })
      return new Promise((resolve) => {
        finish = resolve
      })
    }
    const id = await insist(() => here.createStream())
    const response = await insist(async () => {
      const answer = await here.stream(new Request('http://test/drive', { method: 'POST' }), id, produce)
      if (!answer.ok) throw new Error(String(answer.status))
      return answer
    })
    const driven = collect(response)
    await until(() => isProducing)
    const followed = collectEvents(there, id)
    return {
      errors,
      async write(text: string) {
        written += text
        await append(text)
      },
      written: () => written,
      driven: () => driven.text,
      stored: async () => (await there.getStreamBody(id).catch(() => undefined))?.text,
      async endsWell() {
        finish()
        await until(() => driven.isDone)
        await until(() => followed.status !== undefined)
        expect(aborted).toBeUndefined()
        expect(driven.text).toBe(written)
        expect(followed).toEqual({ text: written, status: 'done' })
        expect(await insist(() => here.getStreamBody(id))).toMatchObject({ text: written, status: 'done' })
      },
    }
  }
})

/** Retries a call that timed out: a busy machine may take longer than the store waits here. */
async function insist<T>(act: () => Promise<T>): Promise<T> {
  let result: { value: T } | undefined
  await until(async () => {
    result = await act().then(
      (value) => ({ value }),
      () => undefined,
    )
    return result !== undefined
  })
  return (result as unknown as { value: T }).value
}

function collect(response: Response): { text: string; isDone: boolean } {
  const collected = { text: '', isDone: false }
  void (async () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    try {
      for await (const bytes of response.body ?? []) collected.text += decoder.decode(bytes, { stream: true })
      collected.isDone = true
    } catch {
      // The response was cut, so it never ends, and the test fails.
    }
  })()
  return collected
}

/** Follows to the end like a client: after each connection, it continues at its offset. */
function collectEvents(streams: Streams, id: string): { text: string; status: string | undefined } {
  const followed: { text: string; status: string | undefined } = { text: '', status: undefined }
  let isOver = false
  onTestFinished(() => {
    isOver = true
  })
  void (async () => {
    while (followed.status === undefined && !isOver) {
      const url = `http://test/streams/${id}?offset=${followed.text.length}`
      const response = await streams.read(new Request(url, { headers: { Accept: 'text/event-stream' } }), id)
      if (!response.ok) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        continue
      }
      const blocks = (await response.text()).split('\n\n')
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data: '))
        if (data === undefined) continue
        const value = JSON.parse(data.slice(6))
        if (typeof value === 'string') followed.text += value
        else if (block.includes('event: end')) followed.status = value.status
      }
    }
  })()
  return followed
}

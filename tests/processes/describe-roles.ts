import type { FetchLike } from '@keepstream/core'
import { describe, expect, it, type TestContext } from 'vitest'
import { answerText } from '../support/answer-text.mjs'
import { createClient } from '../support/create-client'
import { itInLongRun } from '../support/is-long-run'
import type { ServerProcess } from '../support/server-process'
import { type Watch, watchStream } from '../support/watch-stream'
import { fleetUrl, startFleet } from './support/fleet'
import type { ProcessData } from './support/process-data'

type OnFinished = TestContext['onTestFinished']

/** Long enough that a busy machine does not make a healthy process look dead. */
const leaseMs = 3_000
const answer = { seed: 70, count: 400, delayMs: 15 }
const truth = answerText(answer.seed, answer.count)

/**
 * @param options.isShort whether the test command leaves out two slow tests, because another store runs them there
 */
export function describeRoles(name: string, open: () => Promise<ProcessData>, { isShort = false } = {}): void {
  const itIfSlow = isShort ? itInLongRun : it
  describe.concurrent(`server processes on one ${name}`, { timeout: 120_000 }, () => {
    /** Servers for one test, and readers at them. */
    async function start(onTestFinished: OnFinished, count: number, env: Record<string, string> = {}) {
      const data = await open()
      const fleet = await startFleet(count, { STORE: data.address, LEASE_MS: String(leaseMs), ...env })
      const detaches: (() => void)[] = []
      onTestFinished(async () => {
        for (const detach of detaches) detach()
        await fleet.close()
        await data.close()
      })
      const watch = (id: string, fetch: FetchLike, driven: boolean, text = truth): Watch => {
        const stream = createClient(fleetUrl, 'sse', fetch).stream(id)
        const watch = watchStream(stream, text)
        detaches.push(stream.attach({ start: driven }))
        return watch
      }
      const read = (id: string, server: ServerProcess, driven: boolean, text = truth) =>
        watch(
          id,
          fleet.fetchAt(() => server),
          driven,
          text,
        )
      const [one, two, three] = fleet.servers as readonly [ServerProcess, ServerProcess, ServerProcess]
      return { fleet, one, two, three, read, watch }
    }

    it('show an answer that one produces in another as it grows, and stop it from a third', async ({
      onTestFinished,
    }) => {
      const { fleet, one, two, three, read } = await start(onTestFinished, 3)
      const id = await fleet.create(answer)
      const driver = read(id, one, true)
      const follower = read(id, two, false)
      // At the pace of the persister: part by part, long before the end.
      const grown = await follower.until(({ status }) => follower.shown > 3 || status === 'done')
      expect(grown.status).toBe('streaming')

      const response = await fetch(`${three.url}/streams/${id}/stop`, { method: 'POST' })
      const stopped = (await response.json()) as { status: string; offset: number }
      expect([response.status, stopped.status]).toEqual([200, 'stopped'])
      const { text } = await fleet.read(id)
      expect(text.length).toBe(stopped.offset)
      for (const watch of [driver, follower]) {
        expect(await watch.finished).toMatchObject({ status: 'stopped', text })
        expect(watch.violations).toEqual([])
      }
      expect(text.length).toBeLessThan(truth.length)
      expect(fleet.count(`producing ${answer.seed}`)).toBe(1)
    })

    it('show followers timeout within two leases and a poll when the producing one is killed', async ({
      onTestFinished,
    }) => {
      const { fleet, one, two, three, read } = await start(onTestFinished, 3)
      const id = await fleet.create(answer)
      const driver = read(id, one, true)
      const followers = [read(id, two, false), read(id, three, false)]
      await Promise.all(followers.map((follower) => follower.until(({ text }) => text.length > 200)))

      fleet.takeOut(one)
      await one.kill()
      const killedAt = performance.now()
      const found = await fleet.read(id)
      expect(found.status).toBe('streaming')
      expect(truth.startsWith(found.text)).toBe(true)
      for (const follower of followers) {
        expect(await follower.finished).toMatchObject({ status: 'timeout', text: found.text })
        expect(follower.violations).toEqual([])
      }
      // Polls of heads are at most 5 s apart. The rest is for a busy machine.
      expect(performance.now() - killedAt).toBeLessThan(2 * leaseMs + 5_000 + 20_000)
      expect(driver.violations).toEqual([])
    })

    itIfSlow('let a process that was frozen past its lease write nothing more', async ({ onTestFinished }) => {
      const { fleet, one, two, three, read } = await start(onTestFinished, 3)
      const id = await fleet.create(answer)
      const driver = read(id, one, true)
      const follower = read(id, two, false)
      await follower.until(({ text }) => text.length > 200)

      one.freeze()
      const ended = await follower.finished
      expect(ended.status).toBe('timeout')
      expect(truth.startsWith(ended.text)).toBe(true)
      one.thaw()
      await one.printed(`fenced ${id}`)
      // Its producer has continued, and its driver was shown more than is stored. The store has not changed.
      for (const server of [one, two, three]) {
        const stored = await fetch(`${server.url}/streams/${id}`, { headers: { accept: 'application/json' } })
        expect(await stored.json()).toMatchObject({ text: ended.text, status: 'timeout' })
      }
      expect((await driver.finished).status).toBe('timeout')
      expect([...driver.violations, ...follower.violations]).toEqual([])
    })

    it('let another resume the generation of such a process, and refuse its writes when it continues', async ({
      onTestFinished,
    }) => {
      const { fleet, one, two, three, read } = await start(onTestFinished, 3, { CAN_RESUME: '1' })
      for (let attempt = 1; ; attempt++) {
        const short = { ...answer, seed: answer.seed + attempt, count: 250 }
        const whole = answerText(short.seed, short.count)
        const id = await fleet.create(short)
        const first = read(id, one, true, whole)
        await first.until(({ text }) => text.length > 200)
        one.freeze()
        // A read would end it as timeout: the next drive must be the first request after it has lapsed.
        await new Promise((resolve) => setTimeout(resolve, 2 * leaseMs + 500))
        const second = read(id, two, true, whole)
        const isResumed = await Promise.race([
          two.printed(`producing ${short.seed}`).then(() => true),
          second.finished.then(() => false),
        ])
        if (isResumed) await second.until(({ text }) => text.length > 300)
        one.thaw()
        // On a busy machine the second process may have paused too. Then it resumes nothing for a lease, and a read comes first.
        if (!isResumed && attempt < 4) continue
        await one.printed(`fenced ${id}`)
        expect(await second.finished).toMatchObject({ status: 'done', text: whole })
        expect(await first.finished).toMatchObject({ status: 'done', text: whole })
        const stored = await fetch(`${three.url}/streams/${id}`, { headers: { accept: 'application/json' } })
        expect(await stored.json()).toMatchObject({ text: whole, status: 'done', epoch: 2 })
        expect(second.violations).toEqual([])
        expect(fleet.count(`producing ${short.seed}`)).toBe(2)
        return
      }
    })

    itIfSlow('lose nothing when they are replaced one by one while answers run', async ({ onTestFinished }) => {
      const { fleet, watch } = await start(onTestFinished, 3)
      const answers = Array.from({ length: 9 }, (_, index) => ({ seed: 300 + index, count: 180, delayMs: 20 + index }))
      const watches: Watch[] = []
      let turn = 0
      const balanced = fleet.fetchAt((servers) => servers[turn++ % servers.length])
      for (const each of answers) {
        const id = await fleet.create(each)
        for (const driven of [true, false]) watches.push(watch(id, balanced, driven, answerText(each.seed, each.count)))
      }
      await Promise.all(watches.map((watch) => watch.until(({ text }) => text.length > 50)))
      const old = [...fleet.servers]
      for (const server of old) {
        await fleet.add()
        fleet.takeOut(server)
        expect(await server.terminate(), server.output()).toBe(0)
      }
      for (const [index, watch] of watches.entries()) {
        const { seed, count } = answers[index >> 1] ?? answer
        expect(await watch.finished).toMatchObject({ status: 'done', text: answerText(seed, count) })
        expect(watch.violations).toEqual([])
        expect(fleet.count(`producing ${seed}`)).toBe(1)
      }
      expect(old.map((server) => server.output()).join('')).toContain('producing')
    })
  })
}

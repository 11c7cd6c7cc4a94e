import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { answerText } from '../support/answer-text.mjs'
import { createClient } from '../support/create-client'
import type { ServerProcess } from '../support/server-process'
import { watchStream } from '../support/watch-stream'
import { fleetUrl, startFleet } from './support/fleet'
import type { ProcessData } from './support/process-data'

const leaseMs = 2_000
const steps = 2
/** Long enough that the polling process has read the store for a whole lease before each step. */
const pauseMs = 1.4 * leaseMs
/** Its producer pauses before the second chunk for longer than the whole test takes. */
const answer = { seed: 90, count: 2, delayMs: 7_000 }
const truth = answerText(answer.seed, answer.count)

/** For stores whose clock is the processes' own. */
export function describeClockStep(name: string, open: () => Promise<ProcessData>): void {
  describe(`the wall clocks of processes on one ${name} that are set forward`, { timeout: 120_000 }, () => {
    it('end no answer whose producer is well', async ({ onTestFinished }) => {
      const data = await open()
      const preload = fileURLToPath(new URL('../support/shift-clock.mjs', import.meta.url))
      const fleet = await startFleet(2, {
        STORE: data.address,
        LEASE_MS: String(leaseMs),
        CLOCK_STEP_MS: String(100 * leaseMs),
        NODE_OPTIONS: `--import=${preload}`,
      })
      const detaches: (() => void)[] = []
      onTestFinished(async () => {
        for (const detach of detaches) detach()
        await fleet.close()
        await data.close()
      })
      const [producing, polling] = fleet.servers as readonly [ServerProcess, ServerProcess]
      const id = await fleet.create(answer)
      const watch = (server: ServerProcess, driven: boolean) => {
        const stream = createClient(
          fleetUrl,
          'sse',
          fleet.fetchAt(() => server),
        ).stream(id)
        const watched = watchStream(stream, truth)
        detaches.push(stream.attach({ start: driven }))
        return watched
      }
      const driver = watch(producing, true)
      const follower = watch(polling, false)
      await follower.until(({ text }) => text !== '')
      for (let step = 1; step <= steps; step++) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
        // A read follows at once, before the next heartbeat of the producing process.
        for (const server of [producing, polling]) server.setClock()
        await Promise.all([producing, polling].map((server) => server.printed(`clock set ${step}`)))
        const stored = await fetch(`${polling.url}/streams/${id}`, { headers: { accept: 'application/json' } })
        expect(await stored.json()).toMatchObject({ status: expect.stringMatching(/streaming|done/) })
      }
      for (const { finished, violations } of [driver, follower]) {
        expect(await finished).toMatchObject({ status: 'done', text: truth })
        expect(violations).toEqual([])
      }
    })
  })
}

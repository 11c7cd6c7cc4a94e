import { createStreamClient, type LiveSink, type StreamEvent } from '@keepstream/core'
import { expect, it } from 'vitest'

const tokens = 40_000

/** `npx vitest run --project bench client`: the CPU time of a page for 40,000 tokens, without and with `onEvent`. */
it('measures the CPU time of events', { timeout: 300_000 }, async () => {
  let events = 0
  const rounds = { without: [] as number[], with: [] as number[] }
  // The first run of a process is slower, so it is not measured. Alternating evens out the load of the machine.
  await drive()
  for (let round = 0; round < 7; round++) {
    rounds.without.push(await drive())
    rounds.with.push(await drive(() => events++))
  }
  const [without, withEvents] = [rounds.without, rounds.with].map((all) => Math.min(...all)) as [number, number]
  console.log(
    `${tokens} tokens, best of 7: ${without.toFixed(1)} ms of CPU without onEvent, ${withEvents.toFixed(1)} ms with it (${(withEvents / without).toFixed(2)} times)`,
  )
  expect(events).toBe(7 * (tokens + 2))
})

async function drive(onEvent?: (event: StreamEvent) => void): Promise<number> {
  let sink: LiveSink | undefined
  const client = createStreamClient({
    live: {
      open(_, liveSink) {
        sink = liveSink
        return new Promise(() => {})
      },
    },
    snapshot: async () => ({ offset: 0, text: '', status: 'pending' }),
    onEvent,
  })
  const stream = client.stream('a')
  stream.attach({ start: true })
  await Promise.resolve()
  const start = process.cpuUsage()
  for (let index = 0; index < tokens; index++) {
    sink?.chunk({ offset: 5 * index, text: 'word ', origin: { epoch: 1, base: 0 } })
    // As from a network: the page and its listeners run between the chunks.
    if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  sink?.end({ end: 5 * tokens, status: 'done', epoch: 1 })
  await new Promise((resolve) => setImmediate(resolve))
  expect(stream.$state.get()).toMatchObject({ status: 'done' })
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

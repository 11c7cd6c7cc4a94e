import { createStreamClient } from '@keepstream/core'
import { smooth } from '@keepstream/core/smooth'
import { fakeStream } from '@keepstream/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAsync, nastyText } from '../support/property'

const offsets = fc.array(fc.nat(40), { maxLength: 3 })
const refusal = fc.record({
  status: fc.constantFrom(0 as const, 409 as const, 429 as const, 500 as const),
  on: fc.constantFrom('drive' as const, 'read' as const),
  times: fc.integer({ min: 1, max: 3 }),
})
const world = fc.record({
  text: nastyText(40),
  chunkLength: fc.integer({ min: 1, max: 12 }),
  chunkMs: fc.integer({ min: 1, max: 400 }),
  persistMs: fc.nat(400),
  delayMs: fc.constantFrom(0, 0, 70),
  snapshotAs: fc.constantFrom('tail' as const, 'fetcher' as const, 'subscription' as const),
  dropAt: offsets,
  truncateAt: offsets,
  stallAt: offsets,
  reorderAt: offsets,
  staleAt: offsets,
  duplicate: fc.boolean(),
  refuse: fc.array(refusal, { maxLength: 2 }),
  restart: fc.option(fc.record({ at: fc.integer({ min: 1, max: 30 }), keep: fc.nat(30), text: nastyText(20) }), {
    nil: undefined,
  }),
})

describe('with any faults of a fake stream', () => {
  it('a driver and a follower, one of them smooth, end with the whole text, and nothing is left', async () => {
    const property = fc.asyncProperty(world, fc.boolean(), async (options, isSmoothDriver) => {
      const { text, restart: requested } = options
      // The kept text ends between whole characters, before the offset where the server dies.
      const keep = requested && [...text.slice(0, Math.min(requested.keep, requested.at))].slice(0, -1).join('').length
      const restart = requested && { ...requested, keep: keep ?? 0 }
      const fake = fakeStream({ ...options, restart })
      const client = (isSmooth: boolean) => {
        const plain = createStreamClient(fake.sources)
        return isSmooth ? smooth(plain, { environment: { ...fake.clock, Intl } }) : plain
      }
      const driver = client(isSmoothDriver).stream('a')
      const follower = client(!isSmoothDriver).stream('a')
      driver.attach({ start: true })
      follower.attach()
      const left = await fake.finish().then(() => '', neverHappened)
      // Every reader passes every offset, and a fault there strikes one of them. A stale response may lead past it.
      const places = restart || options.staleAt.length ? 0 : text.length
      expect([...left.matchAll(/(?:drop|truncate|stall)At: (\d+)/g)].filter(([, at]) => Number(at) < places)).toEqual(
        [],
      )

      const hasDied = restart && text.length >= restart.at
      const whole = hasDied ? text.slice(0, restart.keep) + restart.text : text
      for (const stream of [driver, follower])
        expect(stream.$state.get()).toMatchObject({ text: whole, status: 'done', connection: 'closed' })
      expect([fake.open, fake.clock.waiting]).toEqual([0, 0])
    })
    await checkAsync(property, 100)
  }, 120_000)
})

/** The faults that `finish` reports because no reader got there. Any other rejection fails the test. */
function neverHappened({ message }: Error): string {
  expect(message).toContain('never happened: ')
  return message
}

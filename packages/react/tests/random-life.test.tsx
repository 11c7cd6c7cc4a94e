import { createStreamClient, keepstream, type StreamStatus } from '@keepstream/react'
import { cleanup } from '@testing-library/react'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { paint, pass, stopTime } from './support/fake-time'
import { expectGrowing, happens, modes, type WatchedStream, watchStream } from './support/watch-stream'

stopTime()
afterEach(cleanup)

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const RUNS = Number(process.env['RUNS'] ?? 50)
const ranks: Record<StreamStatus, number> = { pending: 0, streaming: 1, done: 2, error: 2, timeout: 2, stopped: 2 }

/** What can happen to a page, its server and the network between them. */
const events = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('write' as const), isStored: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('show' as const), id: fc.constantFrom('a', 'b', undefined) }) },
  ...(['store', 'cut', 'crash', 'paint', 'leave', 'come', 'hop', 'renew'] as const).map((type) => ({
    weight: 1,
    arbitrary: fc.record({ type: fc.constant(type) }),
  })),
)
type LifeEvent = typeof events extends fc.Arbitrary<infer Event> ? Event : never

const pieces = ['one ', 'zwei, ', '三。', '👩‍👩‍👧 ', '\r\n', '\uFEFF', 'data: 4\n\n', 'nul\0']

describe.each(modes)('whatever happens to a page, $mode', ({ Mode }) => {
  it('shows a text that only grows unless its server lost some of it, drives once and ends with the exact text', async () => {
    const property = fc.asyncProperty(fc.array(events, { maxLength: 40, size: 'max' }), (life) => live(life, Mode))
    await fc.assert(property, { seed, numRuns: RUNS, reporter })
  }, 60_000)
})

async function live(life: readonly LifeEvent[], Mode: (typeof modes)[number]['Mode']) {
  const server = createFakeServer()
  const stream = server.stream('a')
  const client = createStreamClient(keepstream({ url: '/streams', fetch: server.fetch }))
  const come = () => watchStream({ client, id: 'a', driven: true }, Mode)
  const seen: WatchedStream['results'][number][] = []
  let id: string | undefined = 'a'
  let page: WatchedStream | undefined = come()
  let count = 0
  /** Every result of the stream so far, whichever component it was given to. */
  const note = () => {
    if (id === 'a' && page) seen.push(...page.results.slice(count))
    count = page?.results.length ?? 0
  }
  await happens()
  note()
  let written = 0
  for (const event of [...life, { type: 'leave' }, { type: 'come' }] as const) {
    if (event.type === 'leave') {
      page?.unmount()
      page = undefined
    } else if (event.type === 'come') {
      if (!page) count = 0
      page ??= come()
      id = 'a'
      await happens(() => page?.show({ id }))
    } else if (event.type === 'show' && page) {
      id = event.id
      await happens(() => page?.show({ id }))
    } else if (event.type === 'hop' && page) {
      for (const next of ['b', id] as const) page.show({ id: next })
      await happens()
      // What was rendered with the other id in between is not this stream's.
      if (id === 'a') seen.push(page.last)
      count = page.results.length
    } else if (event.type === 'renew') {
      await happens(() => page?.show({ initial: { text: '', status: 'pending' } }))
    } else await happens(() => perform(event, server, `${written++}${pieces[written % pieces.length]}`))
    note()
  }
  await happens(() => stream.close())
  for (let seconds = 0; seconds < 60 && page?.last.status !== 'done'; seconds++) await happens(() => pass(1000))
  note()

  expect(page?.last).toMatchObject({ text: stream.text, status: 'done', connection: 'closed' })
  expect(page?.screen).toBe(stream.text)
  const crashes = life.filter(({ type }) => type === 'crash').length
  if (!crashes) expectGrowing(seen, stream.text)
  let replacements = 0
  for (const [index, { status, text, isReconciled }] of seen.entries()) {
    const before = seen[index - 1] ?? { status: 'pending', text: '' }
    expect(ranks[status]).toBeGreaterThanOrEqual(ranks[before.status])
    if (text.startsWith(before.text)) continue
    expect(isReconciled).toBe(true)
    replacements++
  }
  expect(replacements).toBeLessThanOrEqual(crashes)
  expect(stream.runs).toBe(1)
  expect(server.requests.filter(({ kind, id }) => kind === 'drive' && id === 'a')).toHaveLength(1)
  cleanup()
  await happens(() => pass(1500))
  expect(server.open).toBe(0)
}

function perform(event: LifeEvent, server: FakeServer, piece: string): Promise<void> | void {
  const stream = server.stream('a')
  switch (event.type) {
    case 'write':
      return stream.write(piece, event)
    case 'pass':
      return pass(event.ms)
    case 'store':
      return stream.store()
    case 'cut':
      return stream.cut()
    case 'crash':
      return stream.crash()
    case 'paint':
      return paint()
  }
}

function reporter(details: fc.RunDetails<[LifeEvent[]]>) {
  if (!details.failed) return
  throw new Error(
    `${fc.defaultReportMessage(details)}\n${details.errorInstance}\nRun it again: SEED=${seed} npx vitest run --project react`,
  )
}

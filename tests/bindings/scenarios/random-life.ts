import type { StreamClient, StreamStatus } from '@keepstream/core'
import { smooth } from '@keepstream/core/smooth'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Seen } from '../driver'
import { expectGrowing, type Kit, type Page } from '../kit'
import { env } from '../support/env'
import { paint, pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

const seed = Number(env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const RUNS = Number(env['RUNS'] ?? 10 * Number(env['RUNS_FACTOR'] ?? 1))
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

const chunks = ['one ', 'zwei, ', '三。', '👩‍👩‍👧 ', '\r\n', '\uFEFF', 'data: 4\n\n', 'nul\0']

/** Random sequences of events on a page, its server and the network. */
export const randomLife = {
  'random-life': {
    title: 'shows a text that only grows unless the server lost some, drives once, and ends with the exact text',
    run: (kit) => live(kit, (client) => client, RUNS),
    timeoutMs: 2000 * Math.max(RUNS, 60),
  },
  'smooth-random-life': {
    title: 'shows the same when text is revealed at an even pace, and the end together with the whole text',
    run: (kit) => live(kit, smooth, Math.ceil(RUNS / 3)),
    timeoutMs: 2000 * Math.max(RUNS, 60),
  },
} satisfies Scenarios

async function live(kit: Kit, wrap: (client: StreamClient) => StreamClient, numRuns: number) {
  let count = 0
  const property = fc.asyncProperty(fc.array(events, { maxLength: 40, size: 'max' }), (life) =>
    liveOnce(life, kit, wrap(kit.open()), `a${count++}`),
  )
  // Limits how long a failing case is shrunk. If the time is over before all cases ran, that is a failure too.
  const limits = { interruptAfterTimeLimit: 1000 * Math.max(RUNS, 60), markInterruptAsFailure: true }
  await fc.assert(property, { seed, numRuns, reporter, ...limits })
}

async function liveOnce(
  life: readonly LifeEvent[],
  { server, mount, happens, requested }: Kit,
  client: StreamClient,
  own: string,
) {
  const stream = server.stream(own)
  const pages: Page[] = []
  const arrive = () => {
    const page = mount({ client, id: own, start: true })
    pages.push(page)
    return page
  }
  let page: Page | undefined = arrive()
  await happens()
  let written = 0
  for (const event of [...life, { type: 'leave' }, { type: 'come' }] as const) {
    if (event.type === 'leave') {
      page?.unmount()
      page = undefined
    } else if (event.type === 'come') {
      page ??= arrive()
      await happens(() => page?.apply({ id: own }))
    } else if (event.type === 'show') {
      const id = event.id === 'a' ? own : event.id && `${own}-other`
      await happens(() => page?.apply({ id }))
    } else if (event.type === 'hop') {
      const id = page?.last.id
      page?.apply({ id: `${own}-other` })
      page?.apply({ id })
      await happens()
    } else if (event.type === 'renew') {
      await happens(() => page?.apply({ initial: { text: '', status: 'pending' } }))
    } else await happens(() => perform(event, stream, `${written++}${chunks[written % chunks.length]}`))
  }
  await happens(() => stream.close())
  for (let seconds = 0; seconds < 60 && page?.last.status !== 'done'; seconds++) await happens(() => pass(1000))

  expect(page?.last).toMatchObject({ text: stream.text, status: 'done', connection: 'closed' })
  expect(page?.screen).toBe(stream.text)
  const crashes = life.filter(({ type }) => type === 'crash').length
  const seen = pages.flatMap(({ results }) => results)
  const ofOwn = seen.filter(({ id }) => id === own)
  for (const { status, text } of ofOwn) if (ranks[status] === 2) expect(text).toBe(stream.text)
  if (!crashes) expectGrowing(ofOwn, stream.text)
  expect(countReplacements(ofOwn)).toBeLessThanOrEqual(crashes)
  for (const { id, text } of seen) if (id !== own) expect(text).toBe('')
  expect(stream.runs).toBe(1)
  expect(requested().filter((request) => request.startsWith(`drive ${own} `))).toHaveLength(1)
  for (const one of pages) one.unmount()
  await happens(() => pass(1500))
  expect(server.open).toBe(0)
}

/**
 * Counts how often shown text was replaced. Checks that statuses only move up and that each replacement is reported.
 */
function countReplacements(seen: readonly Seen[]) {
  let replacements = 0
  for (const [index, { status, text, isReconciled }] of seen.entries()) {
    const before = seen[index - 1] ?? { status: 'pending', text: '' }
    expect(ranks[status]).toBeGreaterThanOrEqual(ranks[before.status])
    if (text.startsWith(before.text)) continue
    expect(isReconciled).toBe(true)
    replacements++
  }
  return replacements
}

function perform(event: LifeEvent, stream: ReturnType<Kit['server']['stream']>, chunk: string) {
  if (event.type === 'write') return stream.write(chunk, event)
  if (event.type === 'store') return stream.store()
  if (event.type === 'cut') return stream.cut()
  if (event.type === 'crash') return stream.crash()
  if (event.type === 'paint') return paint()
  if (event.type === 'pass') return pass(event.ms)
}

function reporter(details: fc.RunDetails<[LifeEvent[]]>) {
  if (!details.failed) return
  throw new Error(
    `${fc.defaultReportMessage(details)}\n${details.errorInstance}\nRun it again: SEED=${seed} npx vitest run tests/bindings`,
  )
}

import type { StreamState, TextStream } from '@keepstream/core'
import { smooth } from '@keepstream/core/smooth'
import { createFakeClock } from '@keepstream/core/testing'
import fc from 'fast-check'
import { atom } from 'nanostores'
import { describe, expect, it } from 'vitest'
import { checkAsync } from '../support/property'

const LAG_MS = 400

/** Visible characters, in chunks that arrive together or apart. */
const pieces = fc.constantFrom(
  'a',
  'b ',
  '漢',
  '😀',
  '👩',
  '\u200D',
  '👧',
  '🏽',
  '🇩',
  '🇪',
  'e',
  '\u0301',
  '\r',
  '\n',
  'ก',
  '็',
)
const burst = fc.array(pieces, { minLength: 1, maxLength: 60, size: 'max' }).map((parts) => parts.join(''))

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('burst' as const), text: burst }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 300 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('frames' as const), areOn: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('connection' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('cut' as const),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        text: burst,
      }),
    },
  ),
  { maxLength: 40, size: 'max' },
)
type Step = typeof steps extends fc.Arbitrary<(infer T)[]> ? T : never

/** A stream in the hands of the test: only its state and its text matter here. */
function createSource() {
  const $state = atom<StreamState>({
    text: '',
    origin: undefined,
    status: 'streaming',
    connection: 'live',
    error: undefined,
    retrying: undefined,
    isCaughtUp: true,
    isReconciled: false,
    isStalled: false,
    isStopping: false,
    finishReason: undefined,
  })
  const listeners = new Set<(delta: string, offset: number) => void>()
  const source = {
    id: 'a',
    $state,
    attach: () => () => {},
    onText(listener: (delta: string, offset: number) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  } as unknown as TextStream
  function change(some: Partial<StreamState>) {
    const { text: before } = $state.get()
    const { text = before } = some
    $state.set({ ...$state.get(), ...some } as StreamState)
    let offset = 0
    while (offset < before.length && before[offset] === text[offset]) offset++
    if (text !== before) for (const listener of [...listeners]) listener(text.slice(offset), offset)
  }
  return { $state, change, client: { stream: () => source, streams: () => [source], clear() {} } }
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
let last = { text: '', ends: [0] }
/** Where characters end, as readers see them. */
function endsOf(text: string) {
  const starts = () => [...segmenter.segment(text)].map(({ index }) => index)
  if (last.text !== text) last = { text, ends: [...starts(), text.length] }
  return last.ends
}

/** Plays the steps and checks the shown text against the invariants, at every change and after every step. */
async function play(list: readonly Step[], isDone: boolean) {
  const clock = createFakeClock({ frameMs: 16 })
  let areFramesOn = true
  const environment = {
    ...clock,
    Intl,
    requestAnimationFrame: (run: () => void) => clock.requestAnimationFrame(() => areFramesOn && run()),
  }
  const { $state, change, client } = createSource()
  const stream = smooth(client, { maxLagMs: LAG_MS, environment }).stream('a')
  const now = () => clock.Date.now()
  /** How long the text was at each moment since the last cut. */
  let arrivals: { length: number; atMs: number }[] = []
  let isCutting = false
  /** Text shown before a cut that does not contradict it. It stays, even if its last character changes (P2). */
  let kept: string | undefined
  let received = ''
  let before = ''

  stream.onText((delta, offset) => {
    received = received.slice(0, offset) + delta
  })
  stream.subscribe(({ text, status }) => {
    const whole = $state.get()
    expect(whole.text.startsWith(text), 'a prefix of the text (P1)').toBe(true)
    if (!isCutting) expect(text.startsWith(before), 'no shorter, and the same (P2)').toBe(true)
    const isNew = text !== before
    before = text
    if (status === 'done') expect(text, 'the end comes with the whole text (P3)').toBe(whole.text)
    const isForced = arrivals.some(({ length, atMs }) => length === text.length && atMs + LAG_MS <= now())
    // What is shown already stays, although the next chunk may join its last character.
    const isFree = isForced || isCutting || text === kept || !isNew
    if (!isFree) expect(endsOf(whole.text), 'whole characters').toContain(text.length)
  })

  const checkLag = () => {
    const due = arrivals.filter(({ atMs }) => atMs + LAG_MS <= now()).at(-1)
    // A character has come when the last part of it has.
    const dueLength = Math.max(0, ...endsOf($state.get().text).filter((end) => end <= (due?.length ?? 0)))
    expect(stream.$state.get().text.length, 'within the lag').toBeGreaterThanOrEqual(dueLength)
    expect(received).toBe(stream.$state.get().text)
  }
  const arrive = () => arrivals.push({ length: $state.get().text.length, atMs: now() })

  for (const step of list) {
    if (step.do === 'burst') {
      change({ text: $state.get().text + step.text })
      arrive()
    } else if (step.do === 'pass') {
      for (let passed = 0; passed < step.ms; passed += 50) {
        await clock.advance(Math.min(50, step.ms - passed))
        checkLag()
      }
    } else if (step.do === 'frames') {
      areFramesOn = step.areOn
    } else if (step.do === 'connection') {
      const { connection } = $state.get()
      change({ connection: connection === 'live' ? 'waiting' : 'live' })
      expect(stream.$state.get().connection, 'a connection is reported at once').toBe($state.get().connection)
    } else {
      const { text } = $state.get()
      const at = Math.floor(step.at * text.length)
      isCutting = true
      arrivals = arrivals.filter(({ length }) => length <= at)
      const shown = stream.$state.get().text
      change({ text: text.slice(0, at) + step.text, isReconciled: true })
      kept = $state.get().text.startsWith(shown) ? shown : undefined
      arrive()
      isCutting = false
      expect($state.get().text.startsWith(stream.$state.get().text), 'cut as the stream is (P9)').toBe(true)
    }
  }

  if (!isDone) return
  const endMs = now()
  change({ status: 'done', connection: 'closed' })
  await clock.drain()
  expect(stream.$state.get(), 'the end, whole').toBe($state.get())
  expect(received).toBe($state.get().text)
  expect(now() - endMs, 'the end within the lag').toBeLessThanOrEqual(LAG_MS)
  expect(clock.waiting).toBe(0)
}

describe('with any bursts and any frames', () => {
  it('the shown text is a growing prefix, at whole characters, within the lag, and ends with the text', async () => {
    await checkAsync(fc.asyncProperty(steps, fc.boolean(), play), 100)
  }, 120_000)
})

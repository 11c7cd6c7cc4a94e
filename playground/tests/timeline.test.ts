import { type PhaseEvent, SourceError, type StreamEvent, type StreamStatus } from '@keepstream/react'
import { describe, expect, it, vi } from 'vitest'
import { describeEntry } from '../src/timeline/describe-entry'
import { layoutBar } from '../src/timeline/layout-bar'
import { createTimelines, type Timelines } from '../src/timeline/timelines'

type PieceType = 'appended' | 'duplicate' | 'stale' | 'gap' | 'reconciled'

const chunk = (
  type: PieceType,
  source: 'live' | 'snapshot',
  offset: number,
  length: number,
  id = 'a',
): StreamEvent => ({
  type,
  id,
  source,
  offset,
  length,
})
const phase = (type: PhaseEvent['type'], offset: number, status: StreamStatus = 'streaming', id = 'a'): PhaseEvent => ({
  type,
  id,
  offset,
  status,
  error: undefined,
})
const cut = (offset: number): StreamEvent => ({
  ...phase('waiting', offset),
  error: new SourceError('network', 'the source failed'),
})

/** Timelines whose clock and frames belong to the test. */
function setup() {
  let nowMs = 0
  const frames: (() => void)[] = []
  const timelines = createTimelines({ now: () => nowMs, onFrame: (callback) => frames.push(callback) })
  return {
    timelines,
    pass: (ms: number) => {
      nowMs += ms
    },
    frame: () => {
      for (const callback of frames.splice(0)) callback()
    },
  }
}

function tell(events: readonly StreamEvent[], timelines: Timelines = setup().timelines) {
  for (const event of events) timelines.add(event)
  return timelines
}

const wordsOf = (timelines: Timelines, id = 'a') => timelines.of(id).entries.map(describeEntry)
const words = (...events: StreamEvent[]) => wordsOf(tell(events))

describe('a timeline in words', () => {
  it('shows a drive that is cut and read on from the persisted copy', () => {
    const reported = words(
      phase('driving', 0, 'pending'),
      chunk('appended', 'live', 0, 500),
      chunk('appended', 'live', 500, 312),
      cut(812),
      phase('following', 812),
      chunk('duplicate', 'snapshot', 300, 512),
      chunk('appended', 'snapshot', 812, 1),
      phase('finished', 813, 'done'),
    )
    expect(reported).toEqual([
      'driving',
      'live 0–812, 2 chunks',
      'cut, waiting: network',
      'following from 812',
      'duplicate dropped 300–812',
      'snapshot 812–813, 1 chunk',
      'finished: done, 813 characters',
    ])
  })

  it('shows a gap, text that the store contradicts, an older epoch, and a stream that failed', () => {
    const failed: StreamEvent = {
      ...phase('failed', 8),
      error: new SourceError('not-found', 'gone'),
    }
    expect(
      words(
        chunk('appended', 'live', 0, 10),
        chunk('gap', 'live', 1500, 5),
        chunk('reconciled', 'snapshot', 4, 4),
        chunk('stale', 'live', 10, 2),
        failed,
      ),
    ).toEqual([
      'live 0–10, 1 chunk',
      'gap before 1,500, live source closed',
      'reconciled with the store from 4',
      'older epoch ignored 10–12',
      'failed: not-found',
    ])
  })

  it('shows how much of an appended chunk was shown already', () => {
    expect(words(chunk('appended', 'snapshot', 0, 100), chunk('appended', 'snapshot', 40, 100))).toEqual([
      'snapshot 0–140, 2 chunks, 60 of their characters shown already',
    ])
  })

  it('joins equal entries in a row', () => {
    const again = [cut(5), phase('following', 5), cut(5)]
    expect(words(cut(5), ...again)).toEqual([
      'cut, waiting: network, 2 times',
      'following from 5',
      'cut, waiting: network',
    ])
    expect(words(chunk('duplicate', 'live', 10, 5), chunk('duplicate', 'live', 0, 12))).toEqual([
      'duplicate dropped 0–15, 2 times',
    ])
    expect(words(phase('following', 5), phase('following', 9))).toEqual(['following from 5', 'following from 9'])
  })

  it('keeps sources apart', () => {
    expect(words(chunk('appended', 'live', 0, 5), chunk('appended', 'snapshot', 5, 5))).toEqual([
      'live 0–5, 1 chunk',
      'snapshot 5–10, 1 chunk',
    ])
  })

  it('notes what the user did, for each text that is being read', () => {
    const { timelines } = setup()
    tell(
      [
        phase('following', 0, 'pending', 'read'),
        phase('finished', 9, 'done', 'over'),
        phase('idle', 3, 'streaming', 'left'),
      ],
      timelines,
    )
    timelines.note('cut')
    timelines.note('offline')
    expect(wordsOf(timelines, 'read')).toEqual(['following from 0', 'you cut the connection', 'you went offline'])
    expect(timelines.of('over').entries).toHaveLength(1)
    expect(timelines.of('left').entries).toHaveLength(1)
  })
})

describe('timelines', () => {
  it('keep when an entry began, counted from the first one, and its key', () => {
    const { timelines, pass } = setup()
    pass(5_000)
    tell([phase('following', 0)], timelines)
    pass(100)
    tell([chunk('appended', 'snapshot', 0, 5)], timelines)
    pass(100)
    tell([chunk('appended', 'snapshot', 5, 5), cut(10)], timelines)
    expect(timelines.of('a').entries.map(({ atMs, key }) => [key, atMs])).toEqual([
      [0, 0],
      [1, 100],
      [2, 200],
    ])
  })

  it('give the same object until something happens, and one that stays as it was afterwards', () => {
    const { timelines } = setup()
    expect(timelines.of(undefined)).toBe(timelines.of('nobody'))
    tell([chunk('appended', 'live', 0, 5)], timelines)
    const before = timelines.of('a')
    expect(timelines.of('a')).toBe(before)
    tell([chunk('appended', 'live', 5, 5)], timelines)
    expect(timelines.of('a')).not.toBe(before)
    expect(before.entries.map(describeEntry)).toEqual(['live 0–5, 1 chunk'])
  })

  it('call their listeners once a frame, however much happened', () => {
    const { timelines, frame } = setup()
    const listener = vi.fn()
    const unlisten = timelines.subscribe(listener)
    for (let offset = 0; offset < 500; offset++) tell([chunk('appended', 'live', offset, 1)], timelines)
    expect(listener).not.toHaveBeenCalled()
    frame()
    expect(listener).toHaveBeenCalledOnce()
    frame()
    expect(listener).toHaveBeenCalledOnce()
    unlisten()
    tell([cut(500)], timelines)
    frame()
    expect(listener).toHaveBeenCalledOnce()
  })

  it('hold the last 200 entries of a stream, and the last 30 streams', () => {
    const { timelines } = setup()
    for (let offset = 0; offset < 150; offset++) tell([cut(offset), phase('following', offset)], timelines)
    const { entries } = timelines.of('a')
    expect(entries).toHaveLength(200)
    expect([entries[0]?.key, entries.at(-1)?.key]).toEqual([100, 299])

    for (let index = 0; index < 29; index++) tell([phase('following', 0, 'pending', `other ${index}`)], timelines)
    tell([cut(150)], timelines)
    for (let index = 29; index < 58; index++) tell([phase('following', 0, 'pending', `other ${index}`)], timelines)
    expect(timelines.of('a').entries).toHaveLength(200)
    expect(timelines.of('other 28').entries).toHaveLength(0)
    expect(timelines.of('other 29').entries).toHaveLength(1)
  })
})

describe('the bar of a timeline', () => {
  const barOf = (...events: StreamEvent[]) => layoutBar(tell(events).of('a'))
  const stretches = (...events: StreamEvent[]) =>
    barOf(...events).stretches.map(({ source, left, width }) => `${source} ${left.toFixed(2)}+${width.toFixed(2)}`)

  it('shows which source each part of the text came from, as fractions of the shown text', () => {
    expect(
      stretches(
        chunk('appended', 'live', 0, 30),
        cut(30),
        phase('following', 30),
        chunk('appended', 'snapshot', 30, 10),
        phase('following', 40),
        chunk('appended', 'snapshot', 40, 60),
      ),
    ).toEqual(['live 0.00+0.30', 'snapshot 0.30+0.70'])
  })

  it('marks cuts, duplicates, gaps and reconciled text, each at its offset and in words', () => {
    const { marks } = barOf(
      chunk('appended', 'live', 0, 50),
      cut(50),
      chunk('duplicate', 'snapshot', 20, 10),
      chunk('gap', 'snapshot', 80, 10),
      chunk('appended', 'snapshot', 50, 50),
      chunk('reconciled', 'snapshot', 90, 10),
    )
    expect(marks.map(({ kind, left, title }) => [kind, left, title])).toEqual([
      ['cut', 0.5, 'cut, waiting: network'],
      ['duplicate', 0.2, 'duplicate dropped 20–30'],
      ['gap', 0.8, 'gap before 80, snapshot source closed'],
      ['reconciled', 0.9, 'reconciled with the store from 90'],
    ])
  })

  it('shows the text with which the store replaced other text', () => {
    expect(
      stretches(
        chunk('appended', 'live', 0, 40),
        chunk('appended', 'snapshot', 40, 40),
        chunk('reconciled', 'snapshot', 20, 80),
      ),
    ).toEqual(['live 0.00+0.20', 'snapshot 0.20+0.80'])
  })

  it('is empty without text, and stays within its ends for any events', () => {
    expect(barOf()).toEqual({ stretches: [], marks: [] })
    const { marks } = barOf(cut(0), chunk('appended', 'live', 0, 10), chunk('gap', 'live', 99, 1))
    expect(marks.map(({ left }) => left)).toEqual([0, 1])
  })
})

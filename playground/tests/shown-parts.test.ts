import { createMarkEncoder, type UiChunk } from '@keepstream/core/marks'
import { describe, expect, it } from 'vitest'
import { answerParts } from '../src/panes/shared/parts/answer-parts'
import { describeCall, isCall } from '../src/panes/shared/parts/describe-call'
import { describeThoughts } from '../src/panes/shared/parts/describe-thoughts'

const start = { type: 'tool-input-start', toolCallId: 'a', toolName: 'search' }
const input = (inputTextDelta: string) => ({ type: 'tool-input-delta', toolCallId: 'a', inputTextDelta })
const available = { type: 'tool-input-available', toolCallId: 'a', toolName: 'search', input: { query: 'an epoch' } }
const output = (found: unknown) => ({ type: 'tool-output-available', toolCallId: 'a', output: found })
const failed = { type: 'tool-output-error', toolCallId: 'a', errorText: 'out of order' }

function partOf(chunks: readonly UiChunk[]) {
  const marks = createMarkEncoder()
  const [part] = answerParts.ofText(chunks.map(marks.push).join(''))
  if (part === undefined) throw new Error('the chunks make no part')
  return part
}

function shownCall(chunks: readonly UiChunk[], isGrowing = true) {
  const part = partOf(chunks)
  if (!isCall(part)) throw new Error(`no call: ${part.type}`)
  return describeCall(part, isGrowing)
}

describe('a tool call on the page', () => {
  it('runs until its result is there, and shows its query as it is written', () => {
    expect(shownCall([start])).toMatchObject({ name: 'search', state: 'running', query: undefined, hits: undefined })
    expect(shownCall([start, input('{"query":"an ep')])).toMatchObject({ state: 'running', query: 'an ep' })
    expect(shownCall([start, available])).toMatchObject({ state: 'running', query: 'an epoch' })
    const hit = { file: 'a.md', heading: 'A', url: '/library/a.md#a' }
    expect(shownCall([start, available, output([hit])])).toMatchObject({ state: 'done', hits: [hit] })
    expect(shownCall([start, available, failed])).toMatchObject({ state: 'failed', error: 'out of order' })
  })

  it('that has no result when the answer ends is unfinished', () => {
    expect(shownCall([start, input('{"query":"an ep')], false)).toMatchObject({ state: 'unfinished', query: 'an ep' })
    expect(shownCall([start, available], false).state).toBe('unfinished')
    expect(shownCall([start, available, output([])], false)).toMatchObject({ state: 'done', hits: [] })
  })

  it('links to the documentation alone, whatever its result is', () => {
    const bad = [
      'javascript:alert(1)',
      'https://evil.test/library/a.md',
      '//evil.test/library/',
      'library/a.md',
      7,
      null,
    ]
    const hits = bad.map((url) => ({ file: 'a.md', heading: 'A', url }))
    expect(shownCall([start, available, output([...hits, null, 'text', {}])]).hits).toEqual([])
    for (const found of ['text', null, { url: '/library/a.md' }, 7]) {
      expect(shownCall([start, available, output(found)]).hits).toEqual([])
    }
  })

  it('has no query if its input has none', () => {
    for (const other of ['text', null, { query: 7 }, []]) {
      expect(shownCall([start, { ...available, input: other }]).query).toBeUndefined()
    }
  })
})

describe('thoughts on the page', () => {
  const begun = [
    { type: 'reasoning-start', id: '0' },
    { type: 'reasoning-delta', id: '0', delta: 'A thought' },
  ]
  const shown = (chunks: readonly UiChunk[], isGrowing: boolean) => {
    const part = partOf(chunks)
    if (part.type !== 'reasoning') throw new Error(`no thoughts: ${part.type}`)
    return describeThoughts(part, isGrowing)
  }

  it('are open while they are written, and closed after', () => {
    expect(shown(begun, true)).toEqual({ title: 'Thinking', text: 'A thought', isRunning: true, isOpen: true })
    const whole = [...begun, { type: 'reasoning-end', id: '0' }]
    for (const isGrowing of [true, false]) {
      expect(shown(whole, isGrowing)).toMatchObject({ title: 'Thoughts', isRunning: false, isOpen: false })
    }
  })

  it('stay open if the answer ended in the middle of them', () => {
    expect(shown(begun, false)).toMatchObject({ title: 'Thoughts, unfinished', isRunning: false, isOpen: true })
  })
})

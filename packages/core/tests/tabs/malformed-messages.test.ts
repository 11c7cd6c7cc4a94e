import { describe, expect, it } from 'vitest'
import { readMessage } from '../../src/tabs/message'
import { setupTabs } from '../support/tab-rig'

/** A script of the same origin that talks on the stream's channel. */
function setupIntruder() {
  const rig = setupTabs()
  const opened = rig.openTabs(2)
  const stranger = rig.openTab({ name: 'somebody else' })
  function say(message: unknown) {
    const names = new Set([...rig.browser.channels].map(({ name }) => name))
    const [room = ''] = names
    const channel = new (stranger.environment.BroadcastChannel as new (name: string) => BroadcastChannel)(room)
    channel.postMessage(message)
  }
  return { ...rig, opened, say }
}

describe('a message to a tab', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a word', 'piece'],
    ['another type', { type: 'reload', offset: 0, text: 'x', status: 'done' }],
    ['no text', { type: 'piece', offset: 4, status: 'done' }],
    ['a text that is none', { type: 'piece', offset: 4, text: { length: 3 }, status: 'streaming' }],
    ['an unknown status', { type: 'piece', offset: 4, text: 'x', status: 'finished' }],
    ['a status that only looks like one', { type: 'piece', offset: 4, text: 'x', status: ['done'] }],
    ['a negative offset', { type: 'piece', offset: -1, text: 'x', status: 'streaming' }],
    ['half an offset', { type: 'piece', offset: 0.5, text: 'x', status: 'streaming' }],
    [
      'an epoch that is none',
      { type: 'piece', offset: 4, text: 'x', status: 'streaming', origin: { epoch: 'next', base: 0 } },
    ],
    [
      'a base that is none',
      { type: 'piece', offset: 4, text: 'x', status: 'streaming', origin: { epoch: 2, base: Number.NaN } },
    ],
    ['an error that is none', { type: 'piece', offset: 4, text: '', status: 'error', error: { toString: 1 } }],
  ])('is ignored if it is no message: %s', async (_, data) => {
    expect(readMessage(data)).toBeUndefined()
    const { opened, say, store, pass } = setupIntruder()
    store.append('text')
    await pass(100)
    say(data)
    await pass(100)
    expect(opened.map(({ text }) => text)).toEqual(['text', 'text'])
    expect(opened.map(({ stream }) => stream.$state.get().status)).toEqual(['streaming', 'streaming'])
  })

  it('is accepted without unknown fields', () => {
    expect(readMessage({ type: 'ask', offset: 3 })).toEqual({ type: 'ask' })
    const piece = { type: 'piece', offset: 0, text: 'x', status: 'streaming', isSnapshot: false, isDone: true }
    expect(readMessage(piece)).toEqual({ type: 'piece', offset: 0, text: 'x', status: 'streaming' })
  })

  it('never leaves a gap: text far ahead makes the tab read by itself, and the text stays right', async () => {
    const { opened, say, store, pass } = setupIntruder()
    store.append('text')
    await pass(100)
    say({ type: 'piece', offset: 5000, text: 'from nowhere', status: 'streaming', origin: { epoch: 1, base: 0 } })
    await pass(100)
    store.append(' and more')
    store.close()
    await pass(100)
    expect(opened.map(({ texts }) => texts)).toEqual(Array(2).fill(['text', 'text and more']))
    expect(opened.map(({ stream }) => stream.$state.get().status)).toEqual(['done', 'done'])
  })

  it('is nothing to a tab that reads from the server itself', async () => {
    const { leader, opened, say, store, pass } = setupIntruder()
    store.append('text')
    await pass(100)
    const first = leader()
    say({ type: 'piece', offset: 4, text: ' by a stranger', status: 'streaming', origin: { epoch: 1, base: 0 } })
    await pass(100)
    expect(first.text).toBe('text')
    // Other tabs cannot detect that. The server's own text corrects it.
    store.append(' by the server')
    await pass(100)
    expect(opened.map(({ text }) => text)).toEqual(Array(2).fill('text by the server'))
  })

  it('may come after a lost message: the tab reads the missing text', async () => {
    const { openTabs, browser, store, pass } = setupTabs()
    const tabs = openTabs(3)
    store.append('one ')
    await pass(100)
    browser.dropNext(({ type }) => type === 'piece')
    store.append('two ')
    await pass(100)
    expect(tabs.map(({ text }) => text).sort()).toEqual(['one ', 'one ', 'one two '])
    store.append('three')
    await pass(100)
    expect(tabs.map(({ text }) => text)).toEqual(Array(3).fill('one two three'))
    expect(store.offsets).toEqual([0, 4, 4])
    expect(store.open).toHaveLength(1)
  })

  it('may have lost the last message: the question that follows brings the text', async () => {
    const { openTabs, browser, store, pass } = setupTabs()
    const tabs = openTabs(2)
    await pass(100)
    browser.dropNext(({ type }) => type === 'piece')
    store.append('text')
    await pass(5100)
    expect(tabs.map(({ text }) => text)).toEqual(['text', 'text'])
    expect(store.open).toHaveLength(1)
  })

  it('with another epoch: each tab reads from the server itself', async () => {
    const { openTabs, store, pass } = setupTabs()
    const tabs = openTabs(3)
    store.append('durable, and lost')
    await pass(100)
    store.restart(8)
    await pass(20)
    store.append(' and what followed')
    await pass(3000)
    store.close()
    await pass(1000)
    for (const { stream } of tabs) {
      expect(stream.$state.get()).toMatchObject({ text: 'durable, and what followed', status: 'done' })
    }
  })
})

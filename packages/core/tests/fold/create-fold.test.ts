import { initialStreamState, type StreamState } from '@keepstream/core'
import { createFold, type FoldedState } from '@keepstream/core/fold'
import { smooth } from '@keepstream/core/smooth'
import { describe, expect, it } from 'vitest'
import { collectGarbage } from '../support/collect-garbage'
import { pass, useFakeTime } from '../support/fake-time'
import { setup } from '../support/setup'

useFakeTime()

interface Words {
  readonly words: readonly string[]
  readonly length: number
}

/** The words of a text, and how many code units were pushed. */
function countedWords() {
  const pushed = { units: 0, values: 0 }
  const fold = createFold<Words & { readonly isWhole: boolean }, Words>({
    initial: { words: [''], length: 0 },
    push({ words, length }, delta) {
      pushed.units += delta.length
      const [first = '', ...rest] = delta.split(' ')
      return { words: [...words.slice(0, -1), `${words.at(-1)}${first}`, ...rest], length: length + delta.length }
    },
    value(state, isWhole) {
      pushed.values += 1
      return { ...state, isWhole }
    },
  })
  return { fold, pushed }
}

type Shown = FoldedState<{ readonly words: readonly string[]; readonly isWhole: boolean }>
const isConsistent = ({ text, status, value }: Shown) =>
  value.words.join(' ') === text && value.isWhole === (status === 'done')

async function followed(client: 'plain' | 'smooth' = 'plain') {
  const world = setup({ throttleMs: 0, graceMs: 0 })
  const { fold, pushed } = countedWords()
  const source = client === 'smooth' ? smooth(world.client).stream('a') : world.client.stream('a')
  const stream = fold.ofStream(source)
  const states: Shown[] = []
  const leave = stream.subscribe((state) => states.push(state))
  await pass(1)
  const next = async (offset: number, text: string, more: object = {}) => {
    world.tail.last.sink.next({ offset, text, status: 'streaming', ...more })
    await pass(1)
  }
  return { ...world, fold, pushed, source, stream, states, leave, next }
}

describe('a folded stream', () => {
  it('shows the value of the shown text, in every state', async () => {
    const { states, next, pushed, source, stream } = await followed()
    await next(0, 'one tw')
    await next(6, 'o thr')
    await next(11, 'ee', { status: 'done' })
    expect(states.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['', 'one tw', 'one two thr', 'one two three']),
    )
    expect(states.filter((state) => !isConsistent(state))).toEqual([])
    expect(stream.$state.get()).toMatchObject({ ...source.$state.get(), value: { words: ['one', 'two', 'three'] } })
    expect(pushed.units).toBe('one two three'.length)
  })

  it('keeps the value while only other fields change, and the whole state while nothing does', async () => {
    const { states, next, stream } = await followed()
    await next(0, 'one')
    const before = stream.$state.get()
    await next(3, '', { stalled: true })
    expect(states.at(-1)).toMatchObject({ isStalled: true })
    expect(states.at(-1)?.value).toBe(before.value)
    expect(stream.$state.get()).toBe(stream.$state.get())
  })

  it('is brought up to date when it is read without a listener, and is then the same object', async () => {
    const { leave, next, stream, source, pushed } = await followed()
    await next(0, 'one')
    const reading = source.attach()
    leave()
    await next(3, ' two')
    const state = stream.$state.get()
    expect(state).toMatchObject({ text: 'one two', value: { words: ['one', 'two'] } })
    expect(stream.$state.get()).toBe(state)
    expect(pushed.units).toBe(7)
    reading()
  })

  it('shows the value of the text that replaced another one (P9)', async () => {
    const { states, next, client } = await followed()
    await next(0, 'one two', { origin: { epoch: 1, base: 0 } })
    await next(4, 'THREE', { origin: { epoch: 2, base: 4 } })
    expect(states.at(-1)).toMatchObject({ text: 'one THREE', isReconciled: true, value: { words: ['one', 'THREE'] } })
    client.clear()
    expect(states.at(-1)).toMatchObject({ text: '', value: { words: [''] } })
    expect(states.filter((state) => !isConsistent(state))).toEqual([])
  })

  it('folds only a part of a long text again when its end is replaced', async () => {
    const { states, next, pushed } = await followed()
    const line = 'twelve units'.repeat(10)
    for (let index = 0; index < 1_000; index++) await next(index * 120, line, { origin: { epoch: 1, base: 0 } })
    expect(states.at(-1)?.text).toHaveLength(120_000)
    const before = pushed.units
    expect(before).toBe(120_000)
    await next(119_900, 'new', { origin: { epoch: 2, base: 119_900 } })
    expect(states.at(-1)?.text).toHaveLength(119_903)
    expect(isConsistent(states.at(-1) as Shown)).toBe(true)
    expect(pushed.units - before).toBeLessThan(20_000)
  })

  it('folds what a smooth stream shows', async () => {
    const { states, next } = await followed('smooth')
    await next(0, 'one two', { status: 'done' })
    expect(states.at(-1)).toMatchObject({ text: 'one two', value: { words: ['one', 'two'], isWhole: true } })
    expect(states.filter((state) => !isConsistent(state))).toEqual([])
  })

  it('reports the end to its reader, and stops listening after the last one', async () => {
    const { client, tail } = setup({ throttleMs: 0, graceMs: 0 })
    const { fold, pushed } = countedWords()
    const stream = fold.ofStream(client.stream('a'))
    const ends: StreamState[] = []
    const leave = stream.subscribe(() => {}, { onEnd: (state) => ends.push(state) })
    await pass(1)
    tail.last.sink.next({ offset: 0, text: 'one', status: 'done' })
    await pass(1)
    expect(ends).toMatchObject([{ status: 'done', text: 'one' }])
    leave()
    const { values } = pushed
    client.clear()
    await pass(1)
    expect(pushed.values).toBe(values)
  })

  it('is the same object for a stream, while it or its state is referenced', async () => {
    const { client } = setup()
    const { fold } = countedWords()
    expect(fold.ofStream(client.stream('a'))).toBe(fold.ofStream(client.stream('a')))
    const { $state } = fold.ofStream(client.stream('held'))
    await collectGarbage()
    expect(fold.ofStream(client.stream('held')).$state).toBe($state)
  })
})

describe('a fold', () => {
  it('gives the value of a text and of a state', () => {
    const { fold } = countedWords()
    expect(fold.ofText('one two')).toEqual({ words: ['one', 'two'], length: 7, isWhole: true })
    expect(fold.ofText('one', false)).toMatchObject({ isWhole: false })
    const pending = fold.ofState(initialStreamState())
    expect(pending).toMatchObject({ status: 'pending', text: '', value: { words: [''], isWhole: false } })
    expect(fold.ofState(initialStreamState({ text: 'one', status: 'done' }))).toMatchObject({
      ...{ status: 'done', text: 'one' },
      value: { words: ['one'], isWhole: true },
    })
  })
})

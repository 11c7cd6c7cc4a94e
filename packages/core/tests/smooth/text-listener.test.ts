import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { follow, smoothSetup, TEN } from '../support/smooth-setup'

/**
 * The length of the longest string that is looked into from now on, or of which a part is taken: what was appended to it is
 * joined for that, which costs as much as to copy it.
 */
function watchStrings() {
  let longest = 0
  const note = (text: string) => {
    longest = Math.max(longest, text.length)
  }
  const { slice, charCodeAt } = String.prototype
  vi.spyOn(String.prototype, 'slice').mockImplementation(function (this: string, ...args) {
    const part = slice.apply(this, args)
    if (part && part.length < this.length) note(this)
    return part
  })
  vi.spyOn(String.prototype, 'charCodeAt').mockImplementation(function (this: string, ...args) {
    note(this)
    return charCodeAt.apply(this, args)
  })
  onTestFinished(() => void vi.restoreAllMocks())
  return () => longest
}

describe('smooth text, which listens to the text of its source', () => {
  it('costs what was added, and not what is shown already', async () => {
    const world = smoothSetup()
    const { burst, stream, shown } = await follow(world, TEN.repeat(10_000))
    let received = ''
    stream.onText((delta) => {
      received += delta
    })
    // The text that was there is looked into once.
    await burst(TEN)
    await world.clock.advance(1000)
    const longest = watchStrings()
    for (let count = 0; count < 5; count++) {
      await burst(TEN)
      await world.clock.advance(150)
    }
    await world.clock.advance(1000)
    expect(longest()).toBeGreaterThan(0)
    expect(longest()).toBeLessThan(1000)
    vi.restoreAllMocks()
    expect(shown()).toBe(TEN.repeat(10_006))
    expect(received).toBe(TEN.repeat(6))
  })

  it('loses nothing if a listener of the source brings text at once', async () => {
    for (const isFirst of [true, false]) {
      const world = smoothSetup()
      const source = world.client.stream('a')
      const listen = () =>
        source.$state.listen(
          ({ text }) =>
            text === TEN && world.tail.last.sink.next({ offset: 10, text: ' and more', status: 'streaming' }),
        )
      if (isFirst) listen()
      const { burst, stream, shown } = await follow(world)
      if (!isFirst) listen()
      let received = ''
      stream.onText((delta, offset) => {
        received = received.slice(0, offset) + delta
      })
      await burst(TEN)
      await world.clock.advance(1000)
      expect([shown(), received]).toEqual([`${TEN} and more`, `${TEN} and more`])
    }
  })

  it('sends text listeners everything in order if a listener of the shown state changes the text at once', async () => {
    const world = smoothSetup()
    const { burst, stream, shown } = await follow(world, TEN)
    let received = ''
    const reported: string[] = []
    stream.onText((delta, offset) => {
      received = received.slice(0, offset) + delta
      reported.push(`${offset}: ${delta}`)
    })
    stream.$state.listen(({ text }) => text === `${TEN}01234` && world.client.clear())
    await burst(TEN)
    await world.clock.advance(200)
    expect(shown()).toBe('')
    expect([received, reported.at(-1)]).toEqual(['', '0: '])
  })

  it.each(['done', 'streaming'] as const)(
    'shows the last text (%s) if its last reader leaves while a listener of the source receives it',
    async (status) => {
      const world = smoothSetup()
      const source = world.client.stream('a')
      const { stream, leave, shown } = await follow(world)
      source.attach()
      source.$state.listen(({ text }) => text === TEN && leave())
      world.tail.last.sink.next({ offset: 0, text: TEN, status })
      await world.clock.advance(1000)
      expect(shown()).toBe(TEN)
      expect(stream.$state.get()).toMatchObject({ text: TEN, status })
    },
  )

  it('reveals for a reader that comes while a listener of the source receives new text', async () => {
    const world = smoothSetup()
    const source = world.client.stream('a')
    source.attach()
    const texts: string[] = []
    source.$state.listen(({ text }) => {
      if (text === TEN) world.smoothed.stream('a').subscribe((state) => texts.push(state.text))
    })
    const stream = world.smoothed.stream('a')
    await world.clock.advance(0)
    world.tail.last.sink.next({ offset: 0, text: '', status: 'streaming' })
    world.tail.last.sink.next({ offset: 0, text: TEN, status: 'streaming' })
    world.tail.last.sink.next({ offset: 10, text: TEN, status: 'streaming' })
    await world.clock.advance(1000)
    expect(stream.$state.get().text).toBe(TEN.repeat(2))
    expect(texts.at(-1)).toBe(TEN.repeat(2))
    for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true)
  })

  it('shows each text of the store that replaces another one, also before anything of it was revealed', async () => {
    const world = smoothSetup()
    const { stream, burst, shown, texts } = await follow(world, TEN)
    let received = TEN
    stream.onText((delta, offset) => {
      received = received.slice(0, offset) + delta
    })
    await burst('abcdefghij')
    await world.clock.advance(200)
    expect(shown()).toBe(`${TEN}abcde`)
    // Beyond what is shown, and then within.
    world.tail.last.sink.next({ offset: 17, text: 'HIJK', status: 'streaming' })
    await world.clock.advance(0)
    expect(shown()).toBe(`${TEN}abcde`)
    world.tail.last.sink.next({ offset: 12, text: 'CD', status: 'streaming' })
    await world.clock.advance(1000)
    expect(shown()).toBe(`${TEN}abCDefgHIJK`.slice(0, shown().length))
    expect(received).toBe(shown())
    expect(texts()).toContain(`${TEN}ab`)
  })
})

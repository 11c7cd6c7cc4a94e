import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { checkAsync, nastyText } from '../support/property'
import { type OpenedTab, setupTabs } from '../support/tab-rig'

/** Within so long, and the delay of messages, another tab has taken over from one that fell silent. */
const TAKEOVER_MS = 6000

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), text: nastyText(8) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(9000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(40) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('die' as const, 'leave' as const, 'freeze' as const, 'thaw' as const, 'hide' as const),
      who: fc.oneof(fc.constant('leader' as const), unit),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), at: unit }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Numbers in [0, 1) for the waits that are left to chance, the same ones for the same seed. */
function chance(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function setupWorld(seed: number) {
  const random = chance(seed)
  vi.spyOn(Math, 'random').mockImplementation(random)
  const rig = setupTabs(() => Math.floor(random() * 30))
  const frozen = new Set<OpenedTab>()
  const left = new Set<OpenedTab>()
  const here = () => rig.tabs.filter((tab) => !tab.isDead && !left.has(tab))

  function find(who: 'leader' | number): OpenedTab | undefined {
    const leader = here().find((tab) => rig.browser.held.some((claim) => claim.tab === tab))
    return who === 'leader' ? leader : here()[Math.floor(who * here().length)]
  }

  async function act(step: Step) {
    const { store, browser } = rig
    switch (step.do) {
      case 'open':
        if (here().length < 8) rig.openTab()
        return
      case 'append':
        return store.append(step.text)
      case 'wait':
        return rig.pass(step.ms)
      case 'cut':
        return store.cut()
      case 'lose':
        return browser.dropNext(() => true)
      case 'restart':
        return store.restart(store.base + Math.floor(step.at * (store.text.length - store.base)))
    }
    const tab = find(step.who)
    if (!tab) return
    // A frozen page gets no events, and does nothing.
    if (frozen.has(tab) && !/die|thaw/.test(step.do)) return
    switch (step.do) {
      case 'die':
        return tab.die()
      case 'leave':
        left.add(tab)
        return tab.detach()
      case 'freeze':
        frozen.add(tab)
        return tab.freeze()
      case 'thaw':
        return thaw(tab)
      case 'hide':
        tab.tell('pagehide', { persisted: true })
        frozen.add(tab)
        return tab.freeze()
    }
  }

  function thaw(tab: OpenedTab) {
    if (!frozen.delete(tab)) return
    tab.thaw()
    tab.tell('pageshow', { persisted: true })
  }

  return { ...rig, here, act, thaw, frozen }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('tabs in any world', () => {
  it('show text that only grows, share one connection once all is calm, and end with the exact text', async () => {
    await checkAsync(
      fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 40, size: 'max' }), async (seed, steps) => {
        const world = setupWorld(seed)
        const { store, here, act, thaw, frozen, openTab, pass } = world
        openTab()
        for (const one of steps) {
          await act(one)
          expectPrefixes(world)
        }
        for (const tab of [...frozen]) thaw(tab)
        store.append('after the storm, ')
        await pass(4 * TAKEOVER_MS)
        if (here().length) expect(store.open.length, 'one connection').toBe(1)
        const before = store.offsets.length
        store.append('the end')
        await pass(200)
        for (const { text } of here()) expect(text, 'all follow').toBe(store.text)
        expect(store.offsets.length, 'no further connection').toBe(before)
        store.close()
        await pass(2000)
        for (const { stream } of here()) {
          expect(stream.$state.get()).toMatchObject({ text: store.text, status: 'done', connection: 'closed' })
        }
        expectPrefixes(world)
        expectNothingLeft(world)
      }),
      100,
    )
  }, 120_000)

  it('are read to within 6 s of the moment when the tab that reads falls silent, however many there are', async () => {
    await checkAsync(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 8 }), fc.nat(20_000), async (seed, count, ms) => {
        const { openTabs, leader, store, browser, pass } = setupWorld(seed)
        const tabs = openTabs(count)
        store.append('before ')
        await pass(100 + ms)
        const first = leader()
        first.freeze()
        store.append('after')
        await pass(TAKEOVER_MS + 150)
        for (const tab of tabs) if (tab !== first) expect(tab.text).toBe('before after')
        expect(browser.held.map(({ tab }) => tab === first)).toEqual([false])
        // The silent one's connection is its own, and there is one for all others.
        expect(store.open.filter(({ tab }) => tab !== first)).toHaveLength(1)
      }),
      40,
    )
  }, 120_000)
})

type World = ReturnType<typeof setupWorld>

function expectPrefixes({ tabs, store }: World) {
  for (const { texts } of tabs) {
    for (let index = 1; index < texts.length; index++) {
      const [before = '', text = ''] = texts.slice(index - 1)
      // Only a server that lost text takes any of it back.
      if (store.epoch === 1) expect(text.startsWith(before), 'only grows').toBe(true)
    }
    if (store.epoch === 1) expect(store.text.startsWith(texts.at(-1) ?? ''), 'a prefix').toBe(true)
  }
}

function expectNothingLeft({ browser, store, tabs }: World) {
  expect([browser.held, browser.queued, [...browser.channels], store.open]).toEqual([[], [], [], []])
  for (const { leftovers } of tabs) expect(leftovers, 'timers and listeners').toBe(0)
}

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { buildChat } from './build-chat'
import { type Chats, type ChatWorld, openChatWorld } from './chat-world'
import { scenarios } from './scenarios'

/**
 * The frameworks play a scenario at the same time, each in a browser profile of its own: most of what it takes is waiting, for a
 * tab, for a lease, for a server that starts.
 */
describe.skipIf(findChromium() === undefined)('useChat of the AI SDK over kept streams, in Chromium', () => {
  let world: ChatWorld
  let all: Chats[]
  beforeAll(async () => {
    const built = await buildChat('use-chat', 'keepstream', 'react', 'vue', 'svelte')
    world = await openChatWorld(built)
    all = built.frameworks.map((framework) => world.chatsIn(framework))
  })
  afterEach(() => world.clear())
  afterAll(() => world?.close())

  for (const { name, play, keepstream } of scenarios)
    it(`${name}: ${keepstream.says}`, async () => {
      const [react, vue, svelte] = await Promise.all(all.map((chats) => play(chats)))
      const { facts } = keepstream
      expect({ react, vue, svelte }).toEqual({ react: facts, vue: facts, svelte: facts })
    })
})

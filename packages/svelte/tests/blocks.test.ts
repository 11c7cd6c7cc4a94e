import { writable } from 'svelte/store'
import { expect, it, vi } from 'vitest'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { pass, stopTime } from '../../../tests/bindings/support/fake-time'
import Blocks from './support/blocks.svelte'
import { createPage } from './support/create-page'

stopTime()

function showBlocks() {
  const { show, open, ...page } = createPage()
  const client = open()
  const isShown = writable(false)
  const ids = writable<string[]>([])
  const version = writable(0)
  const { target, leave } = show(Blocks, { client, isShown, ids, version })
  const shown = (selector: string) => [...target.querySelectorAll(selector)].map(({ textContent }) => textContent)
  return { ...page, client, isShown, ids, version, shown, leave }
}

it('reads while {#if} shows it, and reads on when it is shown again', async () => {
  const { server, happens, client, isShown, shown, requested } = showBlocks()
  await happens(() => isShown.set(true))
  await happens(() => server.stream('a').write('one '))
  expect(shown('section output')).toEqual(['streaming: one '])

  await happens(() => isShown.set(false))
  expect(client.stream('a').$state.lc).toBe(0)
  await happens(() => pass(GRACE_MS))
  await happens(() => server.stream('a').write('two '))
  await happens(() => isShown.set(true))
  expect(shown('section output')).toEqual(['streaming: one two '])
  expect(requested().filter((request) => request.includes(' a '))).toEqual(['drive a 0', 'follow a 4'])
})

it('keeps each stream with its element while {#each} reorders them, and sends no request', async () => {
  const { server, happens, ids, shown, requested } = showBlocks()
  await happens(() => ids.set(['one', 'two', 'three']))
  for (const id of ['one', 'two', 'three']) await happens(() => server.stream(id).write(`text of ${id}`))
  const before = requested()
  await happens(() => ids.set(['three', 'one', 'two']))
  expect(shown('li output')).toEqual(['streaming: text of three', 'streaming: text of one', 'streaming: text of two'])
  expect(requested()).toEqual(before)
  await happens(() => ids.set(['two']))
  await happens(() => pass(GRACE_MS))
  // One for this, and one for {#key}.
  expect(server.open).toBe(2)
  expect(shown('li output')).toEqual(['streaming: text of two'])
})

it('goes on over one connection when {#key} re-creates its component', async () => {
  const { server, happens, client, version, shown, requested } = showBlocks()
  await happens()
  await happens(() => server.stream('keyed').write('one '))
  for (let turn = 1; turn <= 5; turn++) await happens(() => version.set(turn))
  await happens(() => server.stream('keyed').write('two'))
  await happens(() => server.stream('keyed').close())
  expect(shown('p output')).toEqual(['done: one two'])
  expect(client.stream('keyed').$state.lc).toBe(1)
  expect(requested()).toEqual(['drive keyed 0'])
})

it('leaves nothing when the page goes', async () => {
  const { server, happens, client, isShown, ids, leave } = showBlocks()
  await happens(() => isShown.set(true))
  await happens(() => ids.set(['one', 'two']))
  const streams = ['a', 'one', 'two', 'keyed'].map((id) => client.stream(id))
  expect(streams.map(({ $state }) => $state.lc)).toEqual([1, 1, 1, 1])
  leave()
  await happens(() => pass(GRACE_MS))
  expect(streams.map(({ $state }) => $state.lc)).toEqual([0, 0, 0, 0])
  expect(server.open).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

import { expect, it } from 'vitest'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { paint, pass, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'
import FromStore from './support/from-store.svelte'
import Status from './support/status.svelte'

stopTime()

it('is a value of runes by fromStore, with an id that is state, and leaves with its component', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const ids = $state({ current: 'a' })
  const { target, leave } = show(FromStore, { client, ids })
  await happens()
  await happens(() => server.stream('a').write('one two three'))
  expect(target.textContent).toBe('a streaming 3')
  await happens(() => {
    ids.current = 'b'
  })
  expect(target.textContent).toBe('b streaming 1')
  expect(requested()).toEqual(['drive a 0', 'drive b 0'])
  leave()
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  expect(client.stream('b').$state.lc).toBe(0)
})

it('has a getter for each field, which runs what reads it only when that field changes', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const ids = $state({ current: 'a' })
  const seen: string[] = []
  const onStatus = (status: string) => seen.push(status)
  const { target, leave } = show(Status, { client, ids, onStatus })
  expect(target.textContent).toBe('a: one')
  await happens()
  await happens(() => server.stream('a').write('one'))
  for (const word of [' two', ' three', ' four']) {
    await happens(() => server.stream('a').write(word))
    await happens(paint)
  }
  expect(target.textContent).toBe('a: one two three four')
  expect(seen).toEqual(['script: streaming', 'streaming'])
  await happens(() => server.stream('a').close())
  expect(seen).toEqual(['script: streaming', 'streaming', 'done'])
  await happens(() => {
    ids.current = 'b'
  })
  expect(target.textContent).toBe('b: one')
  leave()
  await happens(() => pass(GRACE_MS))
  expect(requested()).toEqual(['drive a 0', 'drive b 0'])
  expect(server.open).toBe(0)
  expect(client.stream('b').$state.lc).toBe(0)
})

it('shows its own `initial` in the first render, although the script has read and the client knows more', async () => {
  const { server, open, happens, show } = createPage()
  const client = open()
  const unsubscribe = client.stream('a').subscribe(() => {}, { start: true })
  await happens()
  await happens(() => server.stream('a').write('one and more'))
  const { target } = show(Status, { client, ids: { current: 'a' }, onStatus: () => {} })
  expect(target.textContent).toBe('a: one')
  await happens()
  expect(target.textContent).toBe('a: one and more')
  unsubscribe()
})

import { expect, it } from 'vitest'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { pass, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'
import FromStore from './support/from-store.svelte'

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

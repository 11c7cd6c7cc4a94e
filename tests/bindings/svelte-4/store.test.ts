import { useStream } from '@keepstream/svelte'
import { derived, get } from 'svelte/store'
import { expect, it } from 'vitest'
import { createKit, GRACE_MS } from '../kit'
import { pass, stopTime } from '../support/fake-time'
import { drivers } from './driver'

stopTime()

it('works with `get` and `derived` of Svelte 4', async () => {
  const { server, open, happens, requested } = createKit(drivers[0])
  const reply = useStream('a', { client: open(), start: true })
  expect(get(reply)).toMatchObject({ text: '', status: 'pending' })
  const seen: string[] = []
  const unsubscribe = derived(reply, ({ text, status }) => `${status}: ${text}`).subscribe((state) => seen.push(state))
  await happens()
  await happens(() => server.stream('a').write('text'))
  await happens(() => server.stream('a').close())
  expect([seen[0], seen.at(-1)]).toEqual(['pending: ', 'done: text'])
  expect(reply).toMatchObject({ text: 'text', status: 'done' })
  unsubscribe()
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  expect(requested()).toEqual(['drive a 0'])
})

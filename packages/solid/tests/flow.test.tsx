import { type StreamClient, useStream } from '@keepstream/solid'
import { createResource, createSignal, For, Show, Suspense } from 'solid-js'
import { expect, it } from 'vitest'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { pass, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'

stopTime()

function Reply(props: { client: StreamClient; id: string }) {
  const reply = useStream(() => props.id, { client: props.client, start: true })
  return (
    <output>
      {reply.status}: {reply.text}
    </output>
  )
}

it('reads while <Show> shows it, and reads on when it is shown again', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const [isShown, setShown] = createSignal(true)
  const { target } = show(() => (
    <Show when={isShown()}>
      <Reply client={client} id="a" />
    </Show>
  ))
  const { $state } = client.stream('a')
  await happens()
  await happens(() => server.stream('a').write('one '))
  expect(target.textContent).toBe('streaming: one ')

  await happens(() => setShown(false))
  expect($state.lc).toBe(0)
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  await happens(() => server.stream('a').write('two '))
  await happens(() => setShown(true))
  expect(target.textContent).toBe('streaming: one two ')
  expect(requested()).toEqual(['drive a 0', 'follow a 4'])
})

it('keeps each stream with its element while <For> reorders them, and sends no request', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const [ids, setIds] = createSignal(['one', 'two', 'three'])
  const { target } = show(() => <For each={ids()}>{(id) => <Reply client={client} id={id} />}</For>)
  await happens()
  for (const id of ids()) await happens(() => server.stream(id).write(`text of ${id} `))
  const elements = [...target.children]
  await happens(() => setIds(['three', 'one', 'two']))
  expect(target.textContent).toBe('streaming: text of three streaming: text of one streaming: text of two ')
  expect([...target.children]).toEqual([elements[2], elements[0], elements[1]])
  expect(requested()).toEqual(['drive one 0', 'drive two 0', 'drive three 0'])
  await happens(() => setIds(['two']))
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(1)
})

it('goes on under <Suspense>, which waits for something else, and does not make that wait', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  let arrive = (_: string) => {}
  const arrived = new Promise<string>((resolve) => {
    arrive = resolve
  })
  function Page() {
    const [name] = createResource(() => arrived)
    return (
      <p>
        {name()} <Reply client={client} id="a" />
      </p>
    )
  }
  const { target } = show(() => (
    <Suspense fallback="not yet">
      <Page />
    </Suspense>
  ))
  await happens()
  expect(target.textContent).toBe('not yet')
  await happens(() => arrive('Name'))
  await happens(() => server.stream('a').write('text'))
  await happens(() => server.stream('a').close())
  expect(target.textContent).toBe('Name done: text')
  expect(requested()).toEqual(['drive a 0'])
})

it('leaves nothing when the page goes', async () => {
  const { server, open, happens, show } = createPage()
  const client = open()
  const { leave } = show(() => <For each={['a', 'b']}>{(id) => <Reply client={client} id={id} />}</For>)
  const streams = ['a', 'b'].map((id) => client.stream(id))
  await happens()
  expect(streams.map(({ $state }) => $state.lc)).toEqual([1, 1])
  leave()
  await happens(() => pass(GRACE_MS))
  expect(streams.map(({ $state }) => $state.lc)).toEqual([0, 0])
  expect(server.open).toBe(0)
})

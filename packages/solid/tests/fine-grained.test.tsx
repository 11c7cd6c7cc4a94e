import { type StreamClient, type UseStreamOptions, useStream } from '@keepstream/solid'
import { batch, createEffect, createRoot, createSignal } from 'solid-js'
import { expect, it, vi } from 'vitest'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { paint, pass, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'

stopTime()

it('runs nothing again for text that reads only the status', async () => {
  const { server, open, happens, show } = createPage()
  const client = open()
  let runs = 0
  const { target } = show(() => <StatusOnly client={client} onRun={() => runs++} />)
  await happens()
  await happens(() => server.stream('a').write('begun '))
  expect(target.textContent).toBe('streaming')
  const count = runs
  for (let chunk = 0; chunk < 20; chunk++) {
    await happens(() => server.stream('a').write('text '))
    await happens(paint)
  }
  expect(client.stream('a').$state.get().text).toHaveLength(6 + 20 * 5)
  expect(runs).toBe(count)
  await happens(() => server.stream('a').close())
  expect(target.textContent).toBe('done')
  expect(runs).toBe(count + 1)
})

function StatusOnly(props: { client: StreamClient; onRun: () => void }) {
  const reply = useStream('a', { client: props.client, start: true })
  const evaluate = (status: string) => {
    props.onRun()
    return status
  }
  return <output>{evaluate(reply.status)}</output>
}

it('attaches once, however often the options are new, and again only when it is to drive', async () => {
  const { open, happens, requested, show } = createPage()
  const client = open()
  const [count, setCount] = createSignal(0)
  const attach = vi.spyOn(client.stream('a'), 'attach')
  show(() => {
    const reply = useStream('a', () => ({ client, start: count() > 5, initial: { text: '', status: 'pending' } }))
    return <output>{reply.text}</output>
  })
  await happens()
  for (let change = 0; change < 5; change++) await happens(() => setCount(change))
  expect(attach).toHaveBeenCalledTimes(1)
  await happens(() => setCount(6))
  expect(attach).toHaveBeenCalledTimes(2)
  expect(requested()).toEqual(['follow a 0', 'drive a 0'])
})

it('follows an id from an accessor and options with getters', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const [id, setId] = createSignal<string>()
  const [start, setStart] = createSignal(false)
  const { target } = show(() => {
    const reply = useStream(id, {
      client,
      get start() {
        return start()
      },
    })
    return <output>{reply.text}</output>
  })
  await happens()
  expect(requested()).toEqual([])
  await happens(() => setId('a'))
  await happens(() => setStart(true))
  await happens(() => server.stream('a').write('text'))
  expect(target.textContent).toBe('text')
  await happens(() => setId(undefined))
  expect(target.textContent).toBe('')
  expect(requested()).toEqual(['follow a 0', 'drive a 0'])
})

it('reads in a manual owner until that is disposed, and runs effects for one field at a time', async () => {
  const { server, open, happens } = createPage()
  const client = open()
  const seen: string[] = []
  const dispose = createRoot((dispose) => {
    const reply = useStream('a', { client, start: true })
    createEffect(() => seen.push(reply.status))
    return dispose
  })
  await happens()
  for (let chunk = 0; chunk < 3; chunk++) {
    await happens(() => server.stream('a').write('text '))
    await happens(paint)
  }
  expect(seen).toEqual(['pending', 'streaming'])
  const { $state } = client.stream('a')
  expect($state.lc).toBe(1)
  dispose()
  await happens(() => pass(GRACE_MS))
  expect($state.lc).toBe(0)
  expect(server.open).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

it('runs no effect again that has stopped or retried it, when its id changes', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const [id, setId] = createSignal('a')
  let stops = 0
  function Stopping() {
    const reply = useStream(id, { client })
    createEffect(() => {
      stops++
      reply.stop().catch(() => {})
      reply.retry()
    })
    return <output>{reply.status}</output>
  }
  show(() => <Stopping />)
  await happens()
  expect(server.stream('a').status).toBe('stopped')
  await happens(() => setId('b'))
  expect(stops).toBe(1)
  expect(server.stream('b').status).toBe('pending')
  expect(requested().filter((request) => request.startsWith('stop'))).toEqual(['stop a 0'])
})

it('gives a new id its own initial text when both change in one batch', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const [id, setId] = createSignal('a')
  const [initial, setInitial] = createSignal<UseStreamOptions['initial']>({ text: 'text of a', status: 'done' })
  server.stream('b').write('text of b')
  function Reply() {
    const reply = useStream(id, () => ({ client, initial: initial() }))
    return <output>{reply.text}</output>
  }
  const { target } = show(() => <Reply />)
  await happens()
  batch(() => {
    setId('b')
    setInitial({ text: 'text of b', status: 'streaming', origin: { epoch: 1, base: 0 } })
  })
  expect(target.textContent).toBe('text of b')
  await happens()
  expect(requested()).toEqual(['follow b 9'])
})

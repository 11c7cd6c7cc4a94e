import { smooth } from '@keepstream/core/smooth'
import { useStream } from '@keepstream/vue'
import { expect, it, onTestFinished } from 'vitest'
import { createSSRApp, defineComponent, h, KeepAlive, ref, watch } from 'vue'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { pass, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'

stopTime()

it('is detached while it is deactivated, keeps its state, and reads on from there when it is activated', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  let mounts = 0
  const Reply = defineComponent(() => {
    mounts++
    const { text, status } = useStream('a', { client, start: true })
    return () => h('output', `${status.value}: ${text.value}`)
  })
  const isShown = ref(true)
  const page = show(() => h(KeepAlive, () => (isShown.value ? h(Reply) : undefined)))
  const { $state } = client.stream('a')
  await happens()
  await happens(() => server.stream('a').write('one '))
  expect(page.textContent).toBe('streaming: one ')

  await happens(() => {
    isShown.value = false
  })
  expect($state.lc).toBe(0)
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  expect(page.textContent).toBe('')
  await happens(() => server.stream('a').write('two '))

  await happens(() => {
    isShown.value = true
  })
  expect(page.textContent).toBe('streaming: one two ')
  expect(requested()).toEqual(['drive a 0', 'follow a 4'])
  await happens(() => server.stream('a').close())
  expect(page.textContent).toBe('done: one two ')
  expect(mounts).toBe(1)
})

it('is read on when it is deactivated and activated again at once', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const Reply = defineComponent(() => {
    const { text } = useStream('a', { client, start: true })
    return () => h('output', text.value)
  })
  const isShown = ref(true)
  const page = show(() => h(KeepAlive, () => (isShown.value ? h(Reply) : undefined)))
  await happens()
  for (const shown of [false, true])
    await happens(() => {
      isShown.value = shown
    })
  await happens(() => server.stream('a').write('text'))
  expect(page.textContent).toBe('text')
  expect(requested()).toEqual(['drive a 0'])
})

it('types no smooth text again when it is deactivated in mid-burst and activated', async () => {
  const { server, open, happens, show } = createPage()
  const client = smooth(open(), { maxLagMs: 60_000 })
  const seen: string[] = []
  const Reply = defineComponent(() => {
    const { text } = useStream('a', { client, start: true })
    watch(text, (now) => seen.push(now), { flush: 'sync' })
    return () => h('output', text.value)
  })
  const isShown = ref(true)
  const page = show(() => h(KeepAlive, () => (isShown.value ? h(Reply) : undefined)))
  await happens()
  await happens(() => server.stream('a').write('0123456789'))
  await happens(() => pass(15_000))
  expect(page.textContent).toBe('01')
  for (const shown of [false, true]) {
    await happens(() => {
      isShown.value = shown
    })
    await happens(() => pass(GRACE_MS))
  }
  expect(page.textContent).toBe('0123456789')
  expect(seen).toEqual(['0', '01', '0123456789'])
})

it('reads nothing for an id that changes while it is deactivated, until it is activated', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const id = ref('a')
  const Reply = defineComponent(() => {
    const { text } = useStream(id, { client })
    return () => h('output', text.value)
  })
  const isShown = ref(true)
  const page = show(() => h(KeepAlive, () => (isShown.value ? h(Reply) : undefined)))
  await happens()
  await happens(() => {
    isShown.value = false
  })
  await happens(() => {
    id.value = 'b'
  })
  expect(requested()).toEqual(['follow a 0'])
  await happens(() => {
    isShown.value = true
  })
  await happens(() => server.stream('b').write('b'))
  expect(page.textContent).toBe('b')
  expect(requested()).toEqual(['follow a 0', 'follow b 0'])
})

it('never goes back to the rendered state when it is deactivated after hydration', async () => {
  const { server, open, happens, requested } = createPage()
  const client = open()
  const seen: string[] = []
  const Reply = defineComponent(() => {
    const { text, status } = useStream('a', {
      client,
      initial: { text: 'one ', status: 'streaming', origin: { epoch: 1, base: 0 } },
    })
    watch([text, status], () => seen.push(`${status.value}: ${text.value}`), { immediate: true, flush: 'sync' })
    return () => h('output', text.value)
  })
  const isShown = ref(true)
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = '<output>one </output>'
  const app = createSSRApp(() => h(KeepAlive, () => (isShown.value ? h(Reply) : undefined)))
  app.mount(container)
  onTestFinished(() => {
    app.unmount()
    container.remove()
  })
  server.stream('a').write('one ')
  await happens()
  await happens(() => server.stream('a').write('two'))
  await happens(() => server.stream('a').close())
  for (const shown of [false, true]) {
    await happens(() => {
      isShown.value = shown
    })
  }
  expect(container.textContent).toBe('one two')
  expect([seen[0], seen.at(-1)]).toEqual(['streaming: one ', 'done: one two'])
  expect(seen.slice(1).filter((state) => !state.endsWith('two'))).toEqual([])
  expect(requested()).toEqual(['follow a 4'])
})

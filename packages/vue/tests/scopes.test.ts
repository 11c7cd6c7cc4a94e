import { useStream } from '@keepstream/vue'
import { expect, it, vi } from 'vitest'
import { defineComponent, type EffectScope, effectScope, h, KeepAlive, onMounted, ref, Suspense, watch } from 'vue'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { pass, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'

stopTime()

it('reads in a manual scope, without any component, until that is stopped', async () => {
  const { server, open, happens, requested } = createPage()
  const client = open()
  const scope = effectScope()
  const reply = scope.run(() => useStream('a', { client, start: true }))
  const seen: string[] = []
  scope.run(() =>
    watch(
      () => reply?.text.value,
      (text) => seen.push(String(text)),
    ),
  )
  await happens()
  await happens(() => server.stream('a').write('one '))
  expect(reply?.text.value).toBe('one ')
  expect(seen).toEqual(['one '])

  scope.stop()
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
  expect(client.stream('a').$state.lc).toBe(0)
  expect(requested()).toEqual(['drive a 0'])
})

it('outlives the component that was the first to use it, as a shared store does, and goes with its own scope', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const scope: EffectScope = effectScope(true)
  let shared: ReturnType<typeof useStream> | undefined
  const useShared = () => {
    shared ??= scope.run(() => useStream('a', { client, start: true }))
    if (!shared) throw new Error('the scope has been stopped')
    return shared
  }
  const Reply = defineComponent(() => {
    const { text } = useShared()
    return () => h('output', text.value)
  })
  const shown = ref(['one'])
  const page = show(() => shown.value.map((key) => h(Reply, { key })))
  await happens()
  await happens(() => server.stream('a').write('shared '))
  await happens(() => {
    shown.value = []
  })
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(1)
  await happens(() => server.stream('a').write('on'))
  await happens(() => server.stream('a').close())
  expect(shared?.text.value).toBe('shared on')
  await happens(() => {
    shown.value = ['two', 'three']
  })
  expect(page.textContent).toBe('shared onshared on')
  expect(requested()).toEqual(['drive a 0'])

  scope.stop()
  await happens(() => pass(GRACE_MS))
  expect(client.stream('a').$state.lc).toBe(0)
})

it('goes on in its own scope when the component that was the first to use it is put away by <KeepAlive>', async () => {
  const { server, open, happens, show } = createPage()
  const client = open()
  const scope = effectScope(true)
  const Reply = defineComponent(() => {
    const reply = scope.run(() => useStream('a', { client, start: true }))
    return () => h('output', reply?.text.value)
  })
  const isShown = ref(true)
  show(() => h(KeepAlive, () => (isShown.value ? h(Reply) : undefined)))
  await happens()
  await happens(() => {
    isShown.value = false
  })
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(1)
  expect(client.stream('a').$state.lc).toBe(1)
  scope.stop()
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
})

it('reads in its own scope though the component that was the first to use it is replaced before it is mounted', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const scope = effectScope(true)
  let shared: ReturnType<typeof useStream> | undefined
  const useShared = () => {
    shared ??= scope.run(() => useStream('a', { client, start: true }))
    return shared
  }
  const Early = defineComponent({
    async setup() {
      useShared()
      await new Promise(() => {})
      return () => h('output', 'never')
    },
  })
  const Late = defineComponent(() => () => h('output', useShared()?.text.value))
  const isEarly = ref(true)
  const page = show(() => h(Suspense, null, { default: () => h(isEarly.value ? Early : Late) }))
  await happens()
  await happens(() => {
    isEarly.value = false
  })
  await happens(() => server.stream('a').write('text'))
  expect(page.textContent).toBe('text')
  expect(requested()).toEqual(['drive a 0'])
  scope.stop()
})

it('reads when it is called in a hook, after the mount', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const reply = ref<ReturnType<typeof useStream>>()
  const Reply = defineComponent(() => {
    onMounted(() => {
      reply.value = useStream('a', { client, start: true })
    })
    return () => h('output', reply.value?.text)
  })
  const page = show(() => h(Reply))
  await happens()
  await happens(() => server.stream('a').write('text'))
  expect(page.textContent).toBe('text')
  expect(requested()).toEqual(['drive a 0'])
})

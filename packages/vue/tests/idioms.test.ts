import { type UseStreamOptions, useStream } from '@keepstream/vue'
import { useStore } from '@nanostores/vue'
import { expect, it, vi } from 'vitest'
import {
  computed,
  defineComponent,
  effectScope,
  getCurrentInstance,
  h,
  isReadonly,
  ref,
  Suspense,
  shallowRef,
  watch,
  watchEffect,
} from 'vue'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { paint, pass, stopTime } from '../../../tests/bindings/support/fake-time'
import AsyncReply from './support/async-reply.vue'
import { createPage } from './support/create-page'
import StatusOnly from './support/status-only.vue'

stopTime()

it('follows an id and options that are refs', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const id = ref<string>()
  const options = shallowRef<UseStreamOptions>({ client })
  const Reply = defineComponent(() => {
    const { text } = useStream(id, options)
    return () => h('output', text.value)
  })
  const page = show(() => h(Reply))
  await happens()
  expect(requested()).toEqual([])
  await happens(() => {
    id.value = 'a'
  })
  await happens(() => {
    options.value = { client, start: true }
  })
  await happens(() => server.stream('a').write('text'))
  expect(page.textContent).toBe('text')
  expect(requested()).toEqual(['follow a 0', 'drive a 0'])
})

it('never shows a new id the initial text of the last one, though it is read between the two changes', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const id = ref('a')
  const initial = shallowRef<UseStreamOptions['initial']>({ text: 'text of a', status: 'done' })
  const seen: string[] = []
  const Reply = defineComponent(() => {
    const { text } = useStream(id, () => ({ client, initial: initial.value }))
    watch(text, (text) => seen.push(text), { immediate: true, flush: 'sync' })
    return () => h('output', text.value)
  })
  const page = show(() => h(Reply))
  server.stream('b').write('text of b')
  await happens()
  await happens(() => {
    id.value = 'b'
    initial.value = { text: 'text of b', status: 'streaming', origin: { epoch: 1, base: 0 } }
  })
  await happens(() => server.stream('b').close())
  expect(page.textContent).toBe('text of b')
  expect(seen).toEqual(['text of a', '', 'text of b'])
  expect(requested()).toEqual(['follow b 9'])
})

it('attaches once, however often the options are new', async () => {
  const { open, happens, requested, show } = createPage()
  const client = open()
  const count = ref(0)
  const Reply = defineComponent(() => {
    const options = computed(
      () => ({ client, start: true, initial: { text: '', status: 'pending' }, count: count.value }) as const,
    )
    const { text } = useStream('a', options)
    return () => h('output', text.value)
  })
  const stream = client.stream('a')
  const attach = vi.spyOn(stream, 'attach')
  show(() => h(Reply))
  await happens()
  for (let change = 0; change < 5; change++) await happens(() => void count.value++)
  expect(attach).toHaveBeenCalledTimes(1)
  expect(requested()).toEqual(['drive a 0'])
})

it('works in an async setup, before and after the first await, under <Suspense>', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  let arrive = () => {}
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const page = show(() =>
    h(Suspense, null, { default: () => h(AsyncReply, { client, arrived }), fallback: () => h('output', 'not yet') }),
  )
  await happens(() => pass(GRACE_MS))
  expect(page.textContent).toBe('not yet')
  expect(requested()).toEqual([])
  await happens(arrive)
  for (const id of ['a', 'b']) {
    await happens(() => server.stream(id).write(`text of ${id}`))
    await happens(() => server.stream(id).close())
  }
  expect(page.textContent).toBe('text of a|text of b')
  expect(requested()).toEqual(['drive a 0', 'drive b 0'])
})

it('does not render a template again for text when that reads only the status', async () => {
  const { server, open, happens, show } = createPage()
  const client = open()
  let renders = 0
  const page = show(() =>
    h(StatusOnly, {
      client,
      onRender: () => {
        renders++
      },
    }),
  )
  await happens()
  await happens(() => server.stream('a').write('begun '))
  expect(page.textContent).toBe('streaming')
  const count = renders
  for (let chunk = 0; chunk < 20; chunk++) {
    await happens(() => server.stream('a').write('text '))
    await happens(paint)
  }
  expect(client.stream('a').$state.get().text).toHaveLength(6 + 20 * 5)
  expect(renders).toBe(count)
  await happens(() => server.stream('a').close())
  expect(page.textContent).toBe('done')
  expect(renders).toBe(count + 1)
})

it('gives refs that cannot be set', async () => {
  const { open, happens, show } = createPage()
  const client = open()
  show(() =>
    h(
      defineComponent(() => {
        const { stop, retry, ...refs } = useStream('a', { client })
        expect(stop).toBeTypeOf('function')
        expect(retry).toBeTypeOf('function')
        expect(Object.values(refs).every(isReadonly)).toBe(true)
        return () => undefined
      }),
    ),
  )
  await happens()
})

it('shows the atom of a stream through the useStore of nanostores, which reads nothing by itself', async () => {
  const { server, open, happens, requested, show } = createPage()
  const client = open()
  const Reply = defineComponent(() => {
    const state = useStore(client.stream('a').$state)
    return () => h('output', state.value.text)
  })
  const page = show(() => h(Reply))
  await happens(() => pass(1000))
  expect(requested()).toEqual([])
  const detach = client.stream('a').attach({ start: true })
  await happens()
  await happens(() => server.stream('a').write('text'))
  expect(page.textContent).toBe('text')
  detach()
})

it('shows the devtools of nanostores the atom of each id of its component', async () => {
  const { open, happens, show } = createPage()
  const client = open()
  const id = ref('a')
  let component: object | undefined
  const Reply = defineComponent({
    props: { id: { type: String, required: true } },
    setup(props) {
      const { text } = useStream(() => props.id, { client })
      component = getCurrentInstance()?.proxy ?? undefined
      return () => h('output', text.value)
    },
  })
  show(() => h(Reply, { id: id.value }))
  await happens()
  await happens(() => {
    id.value = 'b'
  })
  const atoms = ['a', 'b'].map((id) => client.stream(id).$state)
  expect(component).toHaveProperty('_nanostores', atoms)
  expect(atoms.map(({ lc }) => lc)).toEqual([0, 1])
})

it('listens to no former id, nor to any after its end, although its refs have no reader', async () => {
  const { open, happens } = createPage()
  const client = open()
  const id = ref('a')
  const scope = effectScope()
  const reply = scope.run(() => useStream(id, { client }))
  const listeners = () => ['a', 'b', 'c'].map((id) => client.stream(id).$state.lc)
  const streams = ['a', 'b', 'c'].map((id) => client.stream(id))
  await happens()
  expect(listeners()).toEqual([1, 0, 0])
  await happens(() => {
    id.value = 'b'
    expect(reply?.text.value).toBe('') // in between, before any watcher has run
    id.value = 'c'
  })
  expect(listeners().slice(0, 2)).toEqual([0, 0])
  scope.stop()
  id.value = 'a'
  expect(reply?.text.value).toBe('')
  expect(streams.map(({ $state }) => $state.lc)).toEqual([0, 0, 0])
  await happens(() => pass(GRACE_MS))
})

it('runs a watcher of a field only when that field changes', async () => {
  const { server, open, happens, show } = createPage()
  const client = open()
  const seen: unknown[] = []
  const Watching = defineComponent(() => {
    const { status, error } = useStream('a', { client, start: true })
    watchEffect(() => seen.push([status.value, error.value]))
    return () => undefined
  })
  show(() => h(Watching))
  await happens()
  for (let chunk = 0; chunk < 3; chunk++) {
    await happens(() => server.stream('a').write('text '))
    await happens(paint)
  }
  expect(seen).toEqual([
    ['pending', undefined],
    ['streaming', undefined],
  ])
})

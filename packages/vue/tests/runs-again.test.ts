import { type StreamClient, type UseStreamResult, useStream } from '@keepstream/vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  computed,
  defineComponent,
  effect,
  effectScope,
  type FunctionalComponent,
  h,
  KeepAlive,
  type Ref,
  ref,
  shallowRef,
  stop,
  watch,
  watchEffect,
} from 'vue'
import { GRACE_MS } from '../../../tests/bindings/kit'
import { paint, pass, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'

stopTime()

let warned: ReturnType<typeof vi.spyOn>
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

const ids = ['a', 'b', 'c'] as const

/** Each place runs `useStream` again for each of its ids, and has a way to end it. */
const places: Record<string, (client: StreamClient, page: ReturnType<typeof createPage>) => Run> = {
  'a watchEffect without a scope': (client) => {
    const { run, show } = createRun()
    const end = watchEffect(() => show(run.id.value && useStream(run.id.value, { client }).text.value))
    return { ...run, end }
  },
  'a watchEffect in a scope made by hand': (client) => {
    const { run, show } = createRun()
    const scope = effectScope()
    scope.run(() => watchEffect(() => show(run.id.value && useStream(run.id.value, { client }).text.value)))
    return { ...run, end: () => scope.stop() }
  },
  'a watcher with a callback': (client) => {
    const { run, show } = createRun()
    const reply = shallowRef<UseStreamResult>()
    const scope = effectScope()
    const follow = (id: string | undefined) => {
      reply.value = id === undefined ? undefined : useStream(id, { client })
    }
    scope.run(() => watch(run.id, follow, { immediate: true }))
    scope.run(() => watchEffect(() => show(reply.value?.text.value)))
    return { ...run, end: () => scope.stop() }
  },
  'a watchEffect in a set-up': (client, { show: showPage }) => {
    const { run, show } = createRun()
    const isShown = ref(true)
    const Reply = defineComponent(() => {
      watchEffect(() => show(run.id.value && useStream(run.id.value, { client }).text.value))
      return () => undefined
    })
    showPage(() => (isShown.value ? h(Reply) : undefined))
    return { ...run, end: setting(isShown, false) }
  },
  'a render function': (client, { show: showPage }) => {
    const { run, show } = createRun()
    const isShown = ref(true)
    const Reply = defineComponent(() => () => show(run.id.value && useStream(run.id.value, { client }).text.value))
    showPage(() => (isShown.value ? h(Reply) : undefined))
    return { ...run, end: setting(isShown, false) }
  },
  'a functional component': (client, { show: showPage }) => {
    const { run, show } = createRun()
    const isShown = ref(true)
    const Reply: FunctionalComponent<{ id?: string | undefined }> = ({ id }) =>
      show(id && useStream(id, { client }).text.value)
    Reply.props = ['id']
    showPage(() => (isShown.value ? h(Reply, { id: run.id.value }) : undefined))
    return { ...run, end: setting(isShown, false) }
  },
  'a computed that a render reads': (client, { show: showPage }) => {
    const { run, show } = createRun()
    const isShown = ref(true)
    const Reply = defineComponent({
      props: ['id'],
      setup(props: { id?: string | undefined }) {
        const reply = computed(() => (props.id === undefined ? undefined : useStream(props.id, { client })))
        return () => show(reply.value?.text.value)
      },
    })
    showPage(() => (isShown.value ? h(Reply, { id: run.id.value }) : undefined))
    return { ...run, end: setting(isShown, false) }
  },
}

interface Run {
  readonly id: ReturnType<typeof ref<string>>
  readonly seen: (string | undefined)[]
  end(): void
}

function createRun() {
  const run = { id: ref<string>(), seen: [] as (string | undefined)[] }
  return { run, show: (text: string | undefined) => void run.seen.push(text) }
}

function setting<Value>(ref: Ref<Value>, value: Value) {
  return () => {
    ref.value = value
  }
}

for (const [name, start] of Object.entries(places)) {
  it(`reads the id of the last run alone, and nothing once it has ended, in ${name}`, async () => {
    const page = createPage()
    const { server, open, happens, requested } = page
    const client = open()
    const adding = vi.spyOn(globalThis, 'addEventListener')
    const { id, seen, end } = start(client, page)
    const listeners = () => ids.map((each) => client.stream(each).$state.lc)
    const streams = ids.map((each) => client.stream(each)) // so that each is the same one to the end
    for (const each of ids) {
      await happens(setting(id, each))
      await happens(() => pass(GRACE_MS))
      expect(server.open).toBe(1)
      expect(listeners()).toEqual(ids.map((one) => Number(one === each)))
      // Its own text makes it run again.
      for (const word of ['one ', 'two ', 'three ']) await happens(() => server.stream(each).write(word))
      await happens(() => pass(GRACE_MS))
      expect(seen.at(-1)).toBe('one two three ')
    }
    expect(requested()).toEqual(ids.map((each) => `follow ${each} 0`))

    await happens(setting(id, undefined))
    await happens(() => pass(GRACE_MS))
    expect(server.open).toBe(0)
    expect(listeners()).toEqual([0, 0, 0])

    await happens(setting(id, 'a'))
    expect(seen.at(-1)).toBe('one two three ')
    expect(server.open).toBe(1)
    await happens(end)
    await happens(() => pass(GRACE_MS))
    expect(server.open).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    expect(streams.map(({ $state }) => $state.lc)).toEqual([0, 0, 0])
    const signals = adding.mock.calls.map(([, , options]) => (options as { signal?: AbortSignal } | undefined)?.signal)
    expect(signals.filter((signal) => signal && !signal.aborted)).toEqual([])
    expect(warned).not.toHaveBeenCalled()
  })
}

it('does not retry more often when the watcher reads the error', async () => {
  const { open, happens } = createPage()
  let requests = 0
  const client = open({
    fetch: async () => {
      requests++
      return Response.json({ code: 'forbidden', message: 'no' }, { status: 403 })
    },
  })
  const seen: unknown[] = []
  const end = watchEffect(() => {
    const { error, connection } = useStream('a', { client })
    seen.push([error.value?.code, connection.value])
  })
  await happens(() => pass(60_000))
  expect(seen.at(-1)).toEqual(['forbidden', 'failed'])
  expect(requests).toBe(1)
  end()
})

it('is left by the watcher alone when that is the first to use a shared store', async () => {
  const { server, open, happens, requested } = createPage()
  const client = open()
  const outer = effectScope()
  const scope = effectScope(true)
  let shared: UseStreamResult | undefined
  const other = ref(0)
  outer.run(() =>
    watchEffect(() => {
      shared ??= scope.run(() => useStream('a', { client, start: true }))
      return other.value
    }),
  )
  await happens(() => server.stream('a').write('one '))
  await happens(setting(other, 1))
  outer.stop()
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(1)
  await happens(() => server.stream('a').write('two'))
  await happens(paint)
  expect(shared?.text.value).toBe('one two')
  expect(requested()).toEqual(['drive a 0'])
  scope.stop()
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  expect(client.stream('a').$state.lc).toBe(0)
})

it('does not read for a watcher whose component <KeepAlive> has put away', async () => {
  const { server, open, happens, show } = createPage()
  const client = open()
  const id = ref('a')
  const Reply = defineComponent(() => {
    watchEffect(() => useStream(id.value, { client }).text.value)
    return () => h('output')
  })
  const isShown = ref(true)
  show(() => h(KeepAlive, () => (isShown.value ? h(Reply) : undefined)))
  await happens(setting(id, 'b'))
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(1)
  await happens(setting(isShown, false))
  await happens(() => pass(GRACE_MS))
  expect(server.open).toBe(0)
  await happens(setting(isShown, true))
  expect(server.open).toBe(1)
})

it('warns once, with the fix, that nothing can stop a call without a scope', async () => {
  const { server, open, happens } = createPage()
  const client = open()
  const id = ref('a')
  const seen: string[] = []
  const runner = effect(() => void seen.push(useStream(id.value, { client }).text.value))
  await happens()
  await happens(() => server.stream('a').write('text'))
  expect(seen.at(-1)).toBe('text')
  expect(warned.mock.calls).toEqual([[expect.stringMatching(/outside of any effect scope.*effectScope\(\)\.run/s)]])
  stop(runner)
  // The call goes on until the answer has ended, and the page would keep its listeners.
  await happens(() => server.stream('a').close())
})

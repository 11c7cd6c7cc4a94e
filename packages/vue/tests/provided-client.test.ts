import { isStreamError, StreamPlugin, useStream, useStreamClient } from '@keepstream/vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createApp, defineComponent, effectScope, h, ref, watchEffect } from 'vue'
import { paint, stopTime } from '../../../tests/bindings/support/fake-time'
import { createPage } from './support/create-page'

stopTime()

let warned: ReturnType<typeof vi.spyOn>
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  expect(warned).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

it('is used by a watcher in all its runs', async () => {
  const { server, open, happens, requested, show } = createPage()
  const id = ref('a')
  const seen: string[] = []
  const Reply = defineComponent(() => {
    watchEffect(() => seen.push(useStream(id.value).text.value))
    return () => undefined
  })
  show(() => h(Reply), [StreamPlugin, { client: open() }])
  await happens()
  for (const word of ['one ', 'two ']) await happens(() => server.stream('a').write(word))
  await happens(paint)
  expect(seen.at(-1)).toBe('one two ')
  await happens(() => {
    id.value = 'b'
  })
  await happens(() => server.stream('b').write('text of b'))
  expect(seen.at(-1)).toBe('text of b')
  expect(requested()).toEqual(['follow a 0', 'follow b 0'])
})

it('is passed as an option where a watcher calls useStream only in a later run', async () => {
  const { server, open, happens, show } = createPage()
  const id = ref<string>()
  const seen: unknown[] = []
  const run = (read: () => string) => {
    try {
      if (id.value) seen.push(read())
    } catch (error) {
      seen.push(isStreamError(error) && error.code)
    }
  }
  const Reply = defineComponent(() => {
    const client = useStreamClient()
    watchEffect(() => run(() => useStream(id.value).text.value))
    watchEffect(() => run(() => useStream(id.value, { client }).text.value))
    return () => undefined
  })
  server.stream('a').write('text')
  show(() => h(Reply), [StreamPlugin, { client: open() }])
  await happens(() => {
    id.value = 'a'
  })
  expect(seen).toEqual(['invalid-option', '', 'text'])
})

it('is found by a store that runs in the context of the app', async () => {
  const { open, happens } = createPage()
  const client = open()
  const app = createApp({}).use(StreamPlugin, { client })
  const openStream = vi.spyOn(client, 'stream')
  const scope = effectScope(true)
  app.runWithContext(() => scope.run(() => useStream('a')))
  await happens()
  expect(openStream).toHaveBeenCalled()
  scope.stop()
})

it('calls the latest onEnd of a render function', async () => {
  const { server, open, happens, show } = createPage()
  const client = open()
  const ends: string[] = []
  const Reply = defineComponent(() => () => {
    const { text } = useStream('a', { client, start: true, onEnd: () => ends.push(shown) })
    const shown = text.value
    return h('output', shown)
  })
  show(() => h(Reply))
  await happens()
  for (const word of ['one ', 'two ']) await happens(() => server.stream('a').write(word))
  await happens(() => server.stream('a').close())
  expect(ends).toEqual(['one two '])
})

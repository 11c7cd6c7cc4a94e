import { createStreamClient, keepstream } from '@keepstream/core'
import { createStreams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { expect, it } from 'vitest'

it('a producer reads what the drive that began it carried, and drives that join change nothing', async () => {
  const streams = createStreams({ store: memoryStore() })
  const seen: unknown[] = []
  const handle = streams.handler({
    basePath: '/streams',
    authorize: async ({ request, action }) => {
      if (action === 'drive') seen.push(await request.text())
      return true
    },
    produce: async ({ request, append }) => {
      const { prompt } = (await request.json()) as { prompt: string }
      await append(`${prompt}, in ${request.headers.get('x-language')}`)
    },
  })
  const id = await streams.createStream()
  const fetch = (url: string, init: RequestInit) => handle(new Request(`http://localhost${url}`, init))

  async function ask(prompt: string) {
    const stream = createStreamClient(keepstream({ url: '/streams', fetch })).stream(id)
    await new Promise((resolve) => {
      stream.attach({ start: { body: { prompt }, headers: { 'x-language': 'English' } }, onEnd: resolve })
    })
    return stream.$state.get()
  }
  for (const prompt of ['Why?', 'Why not?'])
    expect(await ask(prompt)).toMatchObject({ text: 'Why?, in English', status: 'done' })
  expect(seen).toEqual(['{"prompt":"Why?"}', '{"prompt":"Why not?"}'])
  await streams.close()
})

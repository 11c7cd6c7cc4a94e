import { expect, it, vi } from 'vitest'
import { react } from './support/hooks/react'
import { createStage } from './support/stage'

// The statements of docs/convex.md about the component's backend, which no client can change.

const drive = (url: string, streamId: string) =>
  fetch(url, { method: 'POST', body: JSON.stringify({ streamId }), headers: { 'content-type': 'application/json' } })

it('starts a writer for every POST that finds the stream pending', async () => {
  const stage = await createStage()
  const { id, writer } = await stage.create()
  const answers = await Promise.all([drive(stage.streamUrl, id), drive(stage.streamUrl, id)])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  await vi.waitFor(() => expect(writer.runs).toBe(2))
  await Promise.all(answers.map(({ body }) => body?.cancel()))
})

it('stores only at the end of a sentence, and loses the rest when the writer throws, and the driver gets a clean end', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const stage = await createStage()
  const { id, writer } = await stage.create()
  const answer = await drive(stage.streamUrl, id)
  await writer.write('no end ')
  expect(await stage.stored(id)).toEqual({ text: '', status: 'pending' })
  await writer.write('yet. And ')
  expect(await stage.stored(id)).toEqual({ text: 'no end yet. And ', status: 'streaming' })
  await writer.write('more')
  await writer.fail()
  expect(await answer.text()).toBe('no end yet. And more')
  await vi.waitFor(async () => expect(await stage.stored(id)).toEqual({ text: 'no end yet. And ', status: 'error' }))
})

it('has the whole body sent again for every sentence, and this hook shows each once', async () => {
  const stage = await createStage()
  const { id, writer } = await stage.create()
  const follower = stage.open(react, { streamId: id })
  await stage.hasPushed()
  const answer = await drive(stage.streamUrl, id)
  answer.body?.pipeTo(new WritableStream()).catch(() => {})
  const sentence = 'A sentence of forty characters, or so it is. '
  const count = 20
  for (let written = 1; written <= count; written++) {
    await writer.write(sentence)
    await follower.shows({ text: sentence.repeat(written) })
  }
  await writer.finish()
  await follower.shows({ text: sentence.repeat(count), status: 'done' })
  const { length } = sentence
  expect(stage.pushedText).toBeGreaterThanOrEqual((length * count * (count + 1)) / 2)
})

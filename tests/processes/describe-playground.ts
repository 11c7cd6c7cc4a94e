import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createClient } from '../support/create-client'
import { startServer } from '../support/server-process'
import { watchStream } from '../support/watch-stream'

/** @param store what `STORE` is set to; `undefined` leaves it out */
export function describePlayground(name: string, store: () => string | undefined): void {
  describe(`two playgrounds on ${name}`, { timeout: 120_000 }, () => {
    it('show in one what the other produces, as it grows, and whole in the end', async ({ onTestFinished }) => {
      const folder = mkdtempSync(join(tmpdir(), 'keepstream-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const address = store()
      const env = { DATA_DIR: folder, HOST: '127.0.0.1', ANSWER_SPEED: '3', STORE: address ?? '' }
      const options = { readyPath: '/api/chats' }
      const script = 'playground/dist/server.js'
      const [one, two] = await Promise.all([startServer(script, env, options), startServer(script, env, options)])
      onTestFinished(() => Promise.all([one.kill(), two.kill()]).then(() => undefined))
      expect(one.output()).toContain(`the streams in ${name}`)

      const asked = await fetch(`${one.url}/api/chats`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ prompt: 'What is an epoch?' }),
      })
      const { chatId, streamId } = (await asked.json()) as { chatId: string; streamId: string }
      const driver = createClient(`${one.url}/api/streams`, 'sse').stream(streamId)
      const follower = createClient(`${two.url}/api/streams`, 'sse').stream(streamId)
      // What is true is not known before; that both tell the same is.
      const watches = [driver, follower].map((stream) => watchStream(stream, '', { isTruthKnown: false }))
      const detaches = [driver.attach({ start: true }), follower.attach()]
      onTestFinished(() => {
        for (const detach of detaches) detach()
      })
      const grown = await watches[1]?.until(({ text }) => text.length > 100)
      expect(grown?.status).toBe('streaming')
      const [driven, followed] = await Promise.all(watches.map(({ finished }) => finished))
      expect(driven).toMatchObject({
        status: 'done',
        text: expect.stringContaining('the number of a claim to produce'),
      })
      expect(followed).toMatchObject({ status: 'done', text: driven?.text })
      expect(watches.flatMap(({ violations }) => violations)).toEqual([])

      const chat = (await (await fetch(`${two.url}/api/chats/${chatId}`)).json()) as { messages: unknown[] }
      expect(chat.messages).toMatchObject([{ streamId, question: 'What is an epoch?' }])
    })
  })
}
